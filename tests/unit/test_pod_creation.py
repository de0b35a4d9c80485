"""Why no container of a pod is made, by what its status and its Events say."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.pod_creation import creating_of, not_created, store_elsewhere

SINCE = "2026-03-01T12:00:00Z"
SCHEDULED = {"type": "PodScheduled", "status": "True", "lastTransitionTime": SINCE}


def container(**state: Any) -> dict[str, Any]:
    """Return a status with one container in this state."""
    return {"containerStatuses": [{"name": "server", "state": state}]}


@pytest.mark.parametrize(
    ("status", "creating"),
    [
        pytest.param(container(waiting={"reason": "ContainerCreating"}), True, id="yes"),
        pytest.param({}, True, id="not one container is shown yet"),
        pytest.param({"conditions": []}, False, id="it has no node"),
        pytest.param({"phase": "Running"}, False, id="it is at work"),
        pytest.param(
            container(waiting={"reason": "ImagePullBackOff"}),
            False,
            id="an image is another matter",
        ),
        pytest.param(container(running={}), False, id="it runs"),
        pytest.param(
            {"initContainerStatuses": [{"name": "fetch", "state": {"terminated": {}}}]},
            False,
            id="its first container has run",
        ),
    ],
)
def test_a_pod_is_being_made_until_its_first_container_is(
    status: dict[str, Any], creating: bool
) -> None:
    """It has a node: from then on volumes and sandbox are made."""
    pod = {
        "metadata": {"name": "p", "uid": "u"},
        "status": {"phase": "Pending", "conditions": [SCHEDULED]} | status,
    }
    found = creating_of(pod)
    assert creating is (found is not None)
    if found is not None:
        assert ("p", "u", 12) == (found.pod, found.uid, found.since.hour)


@pytest.mark.parametrize(
    ("reason", "message", "is_store_elsewhere"),
    [
        pytest.param("FailedMount", "configmap not found", False, id="a volume"),
        pytest.param("FailedAttachVolume", "Multi-Attach error", True, id="another node"),
        pytest.param("FailedCreatePodSandBox", "no address is left", False, id="its network"),
        pytest.param("BackOff", "restarting", None, id="not about its making"),
    ],
)
def test_the_events_of_a_pod_say_why_it_is_not_made(
    reason: str, message: str, is_store_elsewhere: bool | None
) -> None:
    """The newest one."""
    older = {"reason": "FailedMount", "message": "older", "lastTimestamp": "2026-03-01T11:00:00Z"}
    newer = {"reason": reason, "message": message, "lastTimestamp": SINCE}
    told = [newer] if is_store_elsewhere is None else [older, newer]
    for events in (told, told[::-1]):
        found = not_created("p", events)
        assert is_store_elsewhere == (found.is_store_elsewhere if found else None)
        assert found is None or message in found.message


@pytest.mark.parametrize(
    "message",
    [
        "0/2 nodes are available: 1 node(s) had volume node affinity conflict",
        "0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity",
        "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod",
        'Multi-Attach error for volume "pvc-1": it is in use by pods on another node',
    ],
)
def test_a_store_on_another_node_is_known_by_the_words(message: str) -> None:
    """And what to do about it is said, at most 300 characters."""
    found = store_elsewhere("p", message * 3)
    assert found is not None
    assert found.is_store_elsewhere
    assert "make it ReadWriteMany" in found.message
    assert len(found.message) <= 300
    assert store_elsewhere("p", "0/2 nodes are available: 2 Insufficient cpu") is None
