"""Played pods, as the operator reads them."""

from __future__ import annotations

from typing import Any

from benchmarks.control_plane.pod_status import serving, succeeded
from trainyard.model_deployments.revision.workload import is_ready, pod_trouble

POD: dict[str, Any] = {
    "metadata": {"name": "p"},
    "spec": {
        "initContainers": [{"name": "fetch", "image": "i"}],
        "containers": [{"name": "server", "image": "i"}, {"name": "publish", "image": "j"}],
    },
}


def test_a_pod_that_serves_is_ready_and_without_trouble() -> None:
    """At its address."""
    pod = POD | {"status": serving(POD, "10.1.0.1")}
    assert is_ready(pod)
    assert pod_trouble(pod) is None
    assert pod["status"]["podIP"] == "10.1.0.1"


def test_the_last_container_of_a_pod_that_is_done_leaves_the_message() -> None:
    """The others leave none."""
    status = succeeded(POD, "10.1.0.1", "result")
    ends = [c["state"]["terminated"]["message"] for c in status["containerStatuses"]]
    assert (status["phase"], ends) == ("Succeeded", ["", "result"])
