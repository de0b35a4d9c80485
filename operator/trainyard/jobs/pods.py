"""What do the pods of a Job show?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainyard.jobs.result_message import read_document
from trainyard.objects import RawObject
from trainyard.pod_creation import store_elsewhere

REPORT = "report"
"""The container that is alone in its pod, so that no other message has room for more."""
_NORMAL_WAITS = frozenset({"PodInitializing", "ContainerCreating"})
_LONGEST_WAIT = 200
_COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index"


@dataclass(frozen=True, slots=True)
class ContainerEnd:
    """How the container that failed ended."""

    container: str
    exit_code: int
    reason: str
    """As the kubelet says: Error, OOMKilled, …"""
    message: str
    """Its termination message, word for word."""


def pods_of(job_uid: str, pods: Iterable[RawObject]) -> Sequence[RawObject]:
    """Return those that the Job made, newest first."""
    return sorted(
        (pod for pod in pods if _belongs(pod, job_uid)),
        key=lambda pod: (pod["metadata"].get("creationTimestamp", ""), pod["metadata"]["name"]),
        reverse=True,
    )


def _statuses(pod: RawObject) -> Iterator[Mapping[str, Any]]:
    status = pod.get("status", {})
    yield from status.get("initContainerStatuses") or ()
    yield from status.get("containerStatuses") or ()


def begun_at(pod: RawObject) -> datetime | None:
    """Return when its first container began."""
    begins = [
        found
        for status in _statuses(pod)
        for state in (status.get("state", {}),)
        if (
            found := moment(
                (state.get("running") or state.get("terminated") or {}).get("startedAt")
            )
        )
    ]
    return min(begins, default=None)


def address_while(pods: Iterable[RawObject], container: str) -> str:
    """Return the address of the newest pod in which this container runs; empty: of none."""
    for pod in pods:
        running = any(
            s["name"] == container and s.get("state", {}).get("running") for s in _statuses(pod)
        )
        if running and (address := pod["status"].get("podIP")):
            return str(address)
    return ""


def results_of(
    pods: Iterable[RawObject], reporters: Sequence[str]
) -> Mapping[int, Mapping[str, Any]]:
    """Return what the reporting containers left, by completion index; of several the newest."""
    found: dict[int, Mapping[str, Any]] = {}
    for pod in pods:
        result = _result(pod, reporters)
        if result is not None:
            found.setdefault(_index(pod), result)
    return found


def _result(pod: RawObject, reporters: Sequence[str]) -> Mapping[str, Any] | None:
    for status in _statuses(pod):
        terminated = status.get("state", {}).get("terminated")
        if not terminated or status["name"] not in reporters or terminated["exitCode"] != 0:
            continue
        found = read_document(terminated.get("message", ""))
        if found is not None and (not found.get("leftOut") or status["name"] == REPORT):
            return found
    return None


def _index(pod: RawObject) -> int:
    """The completion that the pod of an Indexed Job stands for; the Job controller says it."""
    text = (pod["metadata"].get("annotations") or {}).get(_COMPLETION_INDEX, "")
    return int(text) if text.isdigit() else 0


def failures_of(pods: Iterable[RawObject]) -> Iterator[ContainerEnd]:
    """Yield how containers failed; those of a pod that was put out did not fail by themselves."""
    for pod in pods:
        for status in () if why_lost(pod) else _statuses(pod):
            terminated = status.get("state", {}).get("terminated")
            if terminated and terminated.get("exitCode", 0) != 0:
                yield ContainerEnd(
                    container=status["name"],
                    exit_code=terminated["exitCode"],
                    reason=terminated.get("reason", ""),
                    message=terminated.get("message", ""),
                )


def why_waiting(pod: RawObject) -> str:
    """Return what keeps the pod from starting; empty where nothing out of the ordinary does."""
    for status in _statuses(pod):
        waiting = status.get("state", {}).get("waiting") or {}
        reason = waiting.get("reason", "")
        if reason and reason not in _NORMAL_WAITS:
            return f"{status['name']}: {reason}: {waiting.get('message', '')}"[:_LONGEST_WAIT]
    for condition in pod.get("status", {}).get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            message = condition.get("message", "")
            elsewhere = store_elsewhere(pod["metadata"]["name"], message)
            found = f"{condition.get('reason', '')}: {message}"
            return elsewhere.message if elsewhere else found[:_LONGEST_WAIT]
    return ""


def why_lost(pod: RawObject) -> str:
    """Return what is said of the pod itself; of containers that failed, these speak themselves."""
    status = pod.get("status", {})
    reason = status.get("reason", "")
    if status.get("phase") != "Failed" or not reason:
        return ""
    return f"{reason}: {status.get('message', '')}"[:_LONGEST_WAIT]


def image_of(pod: RawObject) -> str:
    """Return the training container's image where there is one, else the first that is reported."""
    images = {s["name"]: s.get("imageID", "") for s in _statuses(pod) if s.get("imageID")}
    return images.get("train") or images.get("coordinate") or next(iter(images.values()), "")


def moment(text: str | None) -> datetime | None:
    """Return the time that the text says, or None where there is none."""
    return datetime.fromisoformat(text) if text else None


def _belongs(pod: RawObject, job_uid: str) -> bool:
    references = pod["metadata"].get("ownerReferences") or ()
    return any(r.get("controller") and r.get("uid") == job_uid for r in references)
