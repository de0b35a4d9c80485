"""The rendered chart on a real API server, without changing anything there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chart_rendering import CHART, HELMS, render
from cluster_access import kubeconfig, kubectl, run, tool

pytestmark = pytest.mark.cluster

RESTRICTED = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {
        "generateName": "chart-",
        "labels": {
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
        },
    },
}


@pytest.fixture(scope="module")
def namespace() -> Iterator[str]:
    """Give a namespace that enforces the level `restricted`."""
    made = kubectl("create", "-o", "name", "-f", "-", stdin=json.dumps(RESTRICTED)).stdout.strip()
    yield made.removeprefix("namespace/")
    kubectl("delete", "--wait=false", made)


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize(
    "values",
    [
        pytest.param({}, id="with the defaults"),
        pytest.param({"replicas": 2, "networkPolicy": {"enabled": False}}, id="without a policy"),
        pytest.param(
            {
                "store": {"url": "s3://models/team", "endpoint": "http://s3:9000"},
                "prometheus": {"url": "http://prometheus.monitoring:9090"},
                "tolerations": [{"operator": "Exists"}],
                "affinity": {"nodeAffinity": {}},
                "priorityClassName": "system-cluster-critical",
                "imagePullSecrets": [{"name": "registry"}],
            },
            id="with everything that a pod can be given",
        ),
    ],
)
def test_the_api_server_accepts_every_object(
    helm: str, values: dict[str, Any], namespace: str
) -> None:
    """Strict validation finds no fault, and Pod Security has nothing to warn about."""
    text = json.dumps(
        {"apiVersion": "v1", "kind": "List", "items": render(values, helm, namespace)}
    )
    answer = kubectl(
        *("apply", "--server-side", "--force-conflicts", "--dry-run=server"),
        *("--validate=strict", "-f", "-"),
        stdin=text,
    )
    assert "Warning" not in answer.stderr


def test_the_namespaced_mode_is_accepted_too(namespace: str) -> None:
    """Roles and bindings in the named namespace."""
    items = render({"namespaces": [namespace], "crds": {"enabled": False}}, namespace=namespace)
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    kubectl(
        "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-", stdin=text
    )


@pytest.mark.parametrize("helm", HELMS)
def test_the_notes_name_the_next_commands(helm: str, namespace: str) -> None:
    """After the install people know how to wait, where data goes and what to apply."""
    notes = run(
        *(tool(helm), "install", "notes", str(CHART), "-n", namespace, "--dry-run=server"),
        *("--kubeconfig", kubeconfig(), "--set", "crds.enabled=false"),
    ).stdout.partition("NOTES:")[2]
    for said in ("rollout status deployment/notes-trainyard", "trainyard-store", "kubectl explain"):
        assert said in notes


def test_the_claim_of_the_notes_can_be_pasted(namespace: str) -> None:
    """The here-document ends where it says, and a real API server takes what is in it."""
    notes = run(
        *(tool("helm4"), "install", "notes", str(CHART), "-n", namespace, "--dry-run=client"),
        *("--set", "crds.enabled=false"),
    ).stdout
    claim = notes.partition("<<END\n")[2].partition("\nEND\n")[0]
    assert claim.startswith("apiVersion: v1")
    kubectl(
        *("apply", "-n", namespace, "--dry-run=server", "--validate=strict", "-f", "-"),
        stdin=claim,
    )
