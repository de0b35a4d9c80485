"""Whose fault it is when a pod does not serve."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from trainyard.model_deployments.revision.workload import (
    Trouble,
    is_ready,
    pod_trouble,
    workload_of,
)


def pod(**status: Any) -> dict[str, Any]:
    """Return a pod with this status."""
    return {"metadata": {"name": "p"}, "status": {"phase": "Running"} | status}


def server(**fields: Any) -> dict[str, Any]:
    """Return a status with this server container."""
    return {"containerStatuses": [{"name": "server", "restartCount": 0} | fields]}


def fetch(code: int) -> dict[str, Any]:
    """Return a status whose init container ended with the code."""
    ended = {"terminated": {"exitCode": code, "message": "said why"}}
    return {"initContainerStatuses": [{"name": "fetch", "state": ended}]}


def collector(reason: str) -> dict[str, Any]:
    """Return a status whose collector waits for this reason, beside a server that runs."""
    statuses = server()["containerStatuses"]
    beside = {"name": "collector", "state": {"waiting": {"reason": reason, "message": "m"}}}
    return {"containerStatuses": [*statuses, beside]}


def unschedulable() -> dict[str, Any]:
    """Return the status of a pod that fits nowhere."""
    condition = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes"}
    return {"conditions": [condition]}


def waiting(reason: str) -> dict[str, Any]:
    """Return a server that waits for this reason."""
    return server(state={"waiting": {"reason": reason, "message": "m"}})


def ended(code: int) -> dict[str, Any]:
    """Return a status whose server ended with the code, for the first time."""
    return server(state={"terminated": {"exitCode": code, "message": "said why"}})


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        pytest.param({}, None, id="a pod that has just begun"),
        pytest.param(waiting("PodInitializing"), None, id="one that is being prepared"),
        pytest.param(server(restartCount=2), None, id="two restarts may be bad luck"),
        pytest.param(server(restartCount=3), Trouble.CRASH, id="three restarts are a loop"),
        pytest.param(waiting("CrashLoopBackOff"), Trouble.CRASH, id="the kubelet calls it a loop"),
        pytest.param(ended(13), None, id="one exit of a server may be bad luck"),
        pytest.param(ended(16), Trouble.CLUSTER, id="the image lacks what the bundle needs"),
        pytest.param(waiting("ImagePullBackOff"), Trouble.CLUSTER, id="the image cannot be pulled"),
        pytest.param(waiting("CreateContainerConfigError"), Trouble.CLUSTER, id="a missing secret"),
        pytest.param(unschedulable(), Trouble.CLUSTER, id="no node has room"),
        pytest.param({"phase": "Failed", "reason": "Evicted"}, Trouble.CLUSTER, id="evicted"),
        pytest.param(collector("ContainerCreating"), None, id="its collector begins"),
        pytest.param(collector("ErrImagePull"), Trouble.CLUSTER, id="its collector has no image"),
        pytest.param(collector("CrashLoopBackOff"), Trouble.CLUSTER, id="its collector ends"),
        pytest.param(fetch(0), None, id="the bundle was fetched"),
        pytest.param(fetch(14), Trouble.CRASH, id="the bundle is not what it should be"),
        pytest.param(fetch(15), Trouble.CLUSTER, id="the store refuses the keys, or has none"),
        pytest.param(fetch(20), Trouble.CLUSTER, id="the store cannot be reached"),
    ],
)
def test_each_trouble_has_an_owner(status: dict[str, Any], trouble: Trouble | None) -> None:
    """Only what the version itself did may count against it."""
    found = pod_trouble(pod(**status))
    assert trouble is (found.trouble if found else None)


def test_a_server_that_was_ready_until_now_is_not_unready_since_its_start() -> None:
    """A short overload of a version that served for hours is no reason to quarantine it."""
    running = {"state": {"running": {"startedAt": "2026-03-01T09:00:00Z"}}, "ready": False}
    turned = {"type": "Ready", "status": "False", "lastTransitionTime": "2026-03-01T12:00:00Z"}
    found = workload_of("r", None, [pod(**server(**running), conditions=[turned])])
    assert datetime(2026, 3, 1, 12, tzinfo=UTC) == found.unready_since


def test_pods_that_ended_are_none_of_the_replicas() -> None:
    """Evicted ones are kept for people to look at, and autoscalers count what there is."""
    assert 0 == workload_of("r", None, [pod(phase="Failed", reason="Evicted")]).pods


def test_a_quota_is_the_clusters_fault() -> None:
    """A Deployment that cannot make pods says so in its conditions."""
    condition = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}
    deployment = {
        "metadata": {"uid": "u"},
        "spec": {"replicas": 2},
        "status": {"conditions": [condition]},
    }
    found = workload_of("r", deployment, [])
    assert (Trouble.CLUSTER, "exceeded quota", 2) == (found.trouble, found.message, found.replicas)


def test_a_crash_outranks_the_clusters_fault() -> None:
    """One crashing pod tells more than another that waits for a node."""
    found = workload_of("r", None, [pod(**unschedulable()), pod(**server(restartCount=9))])
    assert Trouble.CRASH is found.trouble


def test_a_pod_on_its_way_out_counts_for_nothing() -> None:
    """Neither as ready nor as broken."""
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    leaving = pod(**ready | server(restartCount=9))
    assert is_ready(leaving)
    leaving["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert not is_ready(leaving)
    found = workload_of("r", None, [leaving])
    assert (0, 0, None) == (found.pods, found.ready, found.trouble)


def test_a_server_that_needs_more_memory_is_told_so() -> None:
    """Its exit code alone helps nobody."""
    killed = {"terminated": {"exitCode": 137, "reason": "OOMKilled", "message": ""}}
    found = pod_trouble(pod(**server(restartCount=3, lastState=killed)))
    assert found is not None
    assert found.message.endswith(
        "last with exit 137 OOMKilled: it used more memory than it may: raise its memory limit"
    )


@pytest.mark.parametrize(
    "message",
    [
        "0/2 nodes are available: 1 node(s) had volume node affinity conflict",
        "0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity",
        "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod",
    ],
)
def test_a_scheduler_that_finds_the_store_elsewhere_says_the_same(message: str) -> None:
    """A claim that is bound to a node, or to one pod."""
    condition = {"type": "PodScheduled", "status": "False", "message": message}
    found = pod_trouble(pod(conditions=[condition]))
    assert found is not None
    assert Trouble.STORE is found.trouble


@pytest.mark.parametrize(
    ("status", "ready"),
    [
        pytest.param({}, 2, id="nobody counted yet"),
        pytest.param({"observedGeneration": 1}, 0, id="no pod is known to be ready"),
        pytest.param({"observedGeneration": 1, "readyReplicas": 1}, 1, id="one of two is known"),
        pytest.param({"observedGeneration": 1, "readyReplicas": 2}, 2, id="both are"),
        pytest.param({"observedGeneration": 1, "readyReplicas": 3}, 2, id="one is so no more"),
    ],
)
def test_a_pod_is_ready_when_the_clusters_controllers_know_it(
    status: dict[str, int], ready: int
) -> None:
    """A Service led to pods that they do not know to be ready leads to nobody."""
    deployment = {"metadata": {"uid": "u"}, "spec": {"replicas": 2}, "status": status}
    pods = [pod(conditions=[{"type": "Ready", "status": "True"}]) for _ in range(2)]
    assert ready == workload_of("r", deployment, pods).ready
