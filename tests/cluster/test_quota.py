"""A namespace with a quota on limits, where the platform assigns users: a whole life there."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from cluster.model_yard import (
    ModelYard,
    csv_of,
    dataset,
    deployment,
    model_yard,
    training_job,
    tumours,
)
from cluster_access import run

pytestmark = [pytest.mark.cluster]

STORE = "trainyard-store"
ASSIGNED = 1000730000
"""A user as OpenShift assigns one: no image knows it, and its group is root's."""
ROUTER = {"TRAINYARD_ROUTER_IMAGE": "trainyard/envoy:dev"}
PODS = {"runAsUser": ASSIGNED, "runAsGroup": None, "fsGroup": ASSIGNED}
QUOTA = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "all-of-it"},
    "spec": {
        "hard": {
            "limits.cpu": "40",
            "limits.memory": "40Gi",
            "limits.ephemeral-storage": "100Gi",
            "requests.cpu": "2",
            "requests.memory": "4Gi",
            "requests.ephemeral-storage": "4Gi",
        }
    },
}
SOURCE = {"configMap": {"name": "tumours", "path": "tumours.csv"}}


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelYard]:
    """A recipe and its service, of which no object says a resource."""
    settings = {"TRAINYARD_STORE": f"pvc://{STORE}", "TRAINYARD_PODS": json.dumps(PODS)} | ROUTER
    with model_yard(tmp_path_factory.mktemp("yard"), settings, ["quota"]) as found:
        run(
            *(sys.executable, "-m", "devcluster", "target", "volume"),
            *(found.namespace, STORE, "1Gi"),
        )
        served = deployment("tumours")
        served["spec"]["traffic"] = {"mode": "Router", "router": "Always"}
        files = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "tumours"},
            "data": {"tumours.csv": csv_of(tumours())},
        }
        found.apply(QUOTA, files, dataset("tumours", SOURCE), training_job("tumours", "tumours"))
        found.apply(served)
        yield found


def test_a_model_is_made_and_served_under_a_quota_on_limits(yard: ModelYard) -> None:
    """Every pod says what the quota counts; none runs as a user of ours."""
    yard.until(
        "it serves",
        lambda s: s.condition("ModelDeployment", "tumours", "Ready").status == "True",
    )
    (quota,) = objects(yard, "resourcequota")
    used = quota["status"]["used"]
    assert {"0"}.isdisjoint(amount for name, amount in used.items() if "limits." in name)
    pods = objects(yard, "pods")
    assert {"ingest", "publish", "server", "router"} <= {
        container["name"] for pod in pods for container in pod["spec"]["containers"]
    }
    assert {ASSIGNED} == {pod["spec"]["securityContext"]["runAsUser"] for pod in pods}
    assert all("runAsGroup" not in pod["spec"]["securityContext"] for pod in pods)


def test_a_drain_takes_one_pod_at_a_time(yard: ModelYard) -> None:
    """The budget counts servers and routers, and allows one to go."""
    yard.until(
        "it serves",
        lambda s: s.condition("ModelDeployment", "tumours", "Ready").status == "True",
    )
    (budget,) = objects(yard, "poddisruptionbudget")
    assert (3, 1) == (budget["status"]["expectedPods"], budget["spec"]["maxUnavailable"])


def objects(yard: ModelYard, kind: str) -> list[dict[str, Any]]:
    """Return all objects of the kind in the namespace."""
    found: list[dict[str, Any]] = json.loads(yard.kubectl("get", kind, "-o", "json"))["items"]
    return found
