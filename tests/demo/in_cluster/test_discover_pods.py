"""Which pods Prometheus scrapes."""

from __future__ import annotations

from typing import Any

import pytest

from demo.in_cluster.discover_pods import target

ASKING = {"prometheus.io/scrape": "true", "prometheus.io/port": "9100"}


def a_pod(annotations: dict[str, str], *, phase: str = "Running", ip: str = "1.2.3.4") -> Any:
    """Return a pod as the API server shows it."""
    metadata = {"name": "p", "namespace": "n", "annotations": annotations, "labels": {"app": "x"}}
    return {"metadata": metadata, "status": {"phase": phase, "podIP": ip}}


@pytest.mark.parametrize(
    "pod",
    [
        pytest.param(a_pod({}), id="a pod that does not ask"),
        pytest.param(a_pod(ASKING, phase="Succeeded"), id="a pod that has ended"),
        pytest.param(a_pod(ASKING, ip=""), id="a pod without an address"),
    ],
)
def test_left_out(pod: Any) -> None:
    """Only running pods that ask are scraped."""
    assert target(pod) is None


def test_target() -> None:
    """Namespace, pod and the deployment's label travel with the samples."""
    pod = a_pod(ASKING | {"prometheus.io/path": "/stats/prometheus"})
    pod["metadata"]["labels"] = {"trainyard.dev/modeldeployment": "tumours"}

    expected = {
        "targets": ["1.2.3.4:9100"],
        "labels": {
            "namespace": "n",
            "pod": "p",
            "__metrics_path__": "/stats/prometheus",
            "modeldeployment": "tumours",
        },
    }
    assert expected == target(pod)
