"""What a kubelet says of a pod that serves, and of one whose work is done."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.control_plane.kube_api import Raw


def serving(pod: Raw, address: str) -> Raw:
    """The status of a pod whose containers all run and are ready."""
    return _status(pod, "Running", address) | {
        "containerStatuses": [_running(container) for container in pod["spec"]["containers"]]
    }


def succeeded(pod: Raw, address: str, message: str) -> Raw:
    """The status of a pod whose last container ended well and left this message."""
    *others, last = pod["spec"]["containers"]
    statuses = [_ended(container, "") for container in others]
    return _status(pod, "Succeeded", address) | {
        "containerStatuses": [*statuses, _ended(last, message)]
    }


def now() -> str:
    """The time as the API server writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _status(pod: Raw, phase: str, address: str) -> Raw:
    ready = "True" if phase == "Running" else "False"
    conditions = {
        "PodScheduled": "True",
        "Initialized": "True",
        "ContainersReady": ready,
        "Ready": ready,
    }
    return {
        "phase": phase,
        "conditions": [
            {"type": type_, "status": status, "lastTransitionTime": now()}
            for type_, status in conditions.items()
        ],
        "hostIP": "10.0.0.1",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": now(),
        "initContainerStatuses": [_ended(c, "") for c in pod["spec"].get("initContainers") or ()],
    }


def _container(container: Raw, state: Raw, *, ready: bool) -> Raw:
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": f"played/{container['image']}",
        "ready": ready,
        "restartCount": 0,
        "state": state,
    }


def _running(container: Raw) -> Raw:
    return _container(container, {"running": {"startedAt": now()}}, ready=True)


def _ended(container: Raw, message: str) -> Raw:
    end = {"exitCode": 0, "reason": "Completed", "startedAt": now(), "finishedAt": now()}
    return _container(container, {"terminated": end | {"message": message}}, ready=False)
