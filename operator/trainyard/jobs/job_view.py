"""How does a Job stand? What it and its pods show, read into one frozen value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from trainyard.api.base import Resource
from trainyard.ownership import is_owned
from trainyard.reconciling.plan import ObjectRef
from trainyard.reconciling.world import RawObject, World

_NORMAL_WAITS = frozenset({"PodInitializing", "ContainerCreating"})
_LONGEST_WAIT = 200


class JobPhase(StrEnum):
    """How far a Job is."""

    ABSENT = "Absent"
    FOREIGN = "Foreign"
    """The name is taken by a Job that is not ours."""
    WAITING = "Waiting"
    """No container has begun."""
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class ContainerEnd:
    """How the container that failed ended."""

    container: str
    exit_code: int
    reason: str
    """As the kubelet says: Error, OOMKilled, …"""
    message: str
    """Its termination message, word for word."""


@dataclass(frozen=True, slots=True)
class JobView:
    """One Job as it was seen."""

    name: str
    phase: JobPhase
    uid: str = ""
    started_at: datetime | None = None
    """When its first container began."""
    finished_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    """The JSON that the reporting container left; None: there is none that can be read."""
    end: ContainerEnd | None = None
    reason: str = ""
    """Why the Job failed, as the Job controller says."""
    message: str = ""
    waiting: str = ""
    """What keeps the pod from starting."""
    lost: str = ""
    """Why the newest pod that failed as a whole did: evicted, refused by its node, …"""
    image: str = ""
    """The image that ran, by digest, where the kubelet reports one."""


def absent(name: str) -> JobView:
    """Return the view of a Job that does not exist."""
    return JobView(name=name, phase=JobPhase.ABSENT)


async def see_job(world: World, owner: Resource, name: str, reporters: Sequence[str]) -> JobView:
    """Return how the owner's Job of that name stands; `reporters` are read for the result."""
    namespace = owner.metadata.namespace
    job = await world.get("Job", namespace, name)
    if job is None:
        return absent(name)
    pods = await world.list("Pod", namespace, {"batch.kubernetes.io/job-name": name})
    return view_job(job, pods, owner, reporters)


def job_references(jobs: Iterable[RawObject], owner: Resource) -> tuple[ObjectRef, ...]:
    """Return what a delete needs to know of those Jobs that are the owner's and not leaving."""
    return tuple(
        ObjectRef(
            kind="Job",
            namespace=owner.metadata.namespace,
            name=job["metadata"]["name"],
            uid=job["metadata"]["uid"],
            resource_version=job["metadata"].get("resourceVersion", ""),
        )
        for job in jobs
        if is_owned(job, owner) and not job["metadata"].get("deletionTimestamp")
    )


def view_job(
    job: RawObject, pods: Sequence[RawObject], owner: Resource, reporters: Sequence[str]
) -> JobView:
    """Return how the Job stands; pods that are not this Job's own (by uid) are left out."""
    name, uid = job["metadata"]["name"], job["metadata"]["uid"]
    if not is_owned(job, owner):
        return JobView(name=name, phase=JobPhase.FOREIGN, uid=uid)
    own = _newest_first(pod for pod in pods if _belongs(pod, uid))
    ended = _ended(job)
    started = [begin for pod in own if (begin := _began(pod)) is not None]
    return JobView(
        name=name,
        phase=_phase(ended, begun=bool(started)),
        uid=uid,
        started_at=min(started, default=None),
        finished_at=_moment(ended.get("lastTransitionTime")) if ended else None,
        result=_result(own, reporters),
        end=next(_failures(own), None),
        reason=ended.get("reason", "") if ended else "",
        message=ended.get("message", "") if ended else "",
        waiting="" if ended else next((text for pod in own if (text := _waits(pod))), ""),
        lost=next((text for pod in own if (text := _lost(pod))), ""),
        image=next((image for pod in own if (image := _image(pod))), ""),
    )


def _phase(ended: Mapping[str, Any] | None, *, begun: bool) -> JobPhase:
    if ended:
        return JobPhase.SUCCEEDED if ended["type"] == "Complete" else JobPhase.FAILED
    return JobPhase.RUNNING if begun else JobPhase.WAITING


def _ended(job: RawObject) -> Mapping[str, Any] | None:
    conditions = job.get("status", {}).get("conditions") or ()
    return next(
        (c for c in conditions if c["type"] in {"Complete", "Failed"} and c["status"] == "True"),
        None,
    )


def _belongs(pod: RawObject, job_uid: str) -> bool:
    references = pod["metadata"].get("ownerReferences") or ()
    return any(r.get("controller") and r.get("uid") == job_uid for r in references)


def _newest_first(pods: Iterable[RawObject]) -> list[RawObject]:
    return sorted(
        pods,
        key=lambda pod: (pod["metadata"].get("creationTimestamp", ""), pod["metadata"]["name"]),
        reverse=True,
    )


def _statuses(pod: RawObject) -> Iterator[Mapping[str, Any]]:
    status = pod.get("status", {})
    yield from status.get("initContainerStatuses") or ()
    yield from status.get("containerStatuses") or ()


def _began(pod: RawObject) -> datetime | None:
    begins = [
        moment
        for status in _statuses(pod)
        for state in (status.get("state", {}),)
        if (
            moment := _moment(
                (state.get("running") or state.get("terminated") or {}).get("startedAt")
            )
        )
    ]
    return min(begins, default=None)


def _result(pods: Iterable[RawObject], reporters: Sequence[str]) -> Mapping[str, Any] | None:
    for pod in pods:
        for status in _statuses(pod):
            terminated = status.get("state", {}).get("terminated")
            if not terminated or status["name"] not in reporters or terminated["exitCode"] != 0:
                continue
            found = read_document(terminated.get("message", ""))
            if found is not None:
                return found
    return None


def read_document(text: str) -> Mapping[str, Any] | None:
    """Return the JSON object in a termination message; None when it is none of our documents."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    if not isinstance(document, dict) or "outcome" not in document:
        return None
    return document


def _failures(pods: Iterable[RawObject]) -> Iterator[ContainerEnd]:
    for pod in pods:
        for status in _statuses(pod):
            terminated = status.get("state", {}).get("terminated")
            if terminated and terminated.get("exitCode", 0) != 0:
                yield ContainerEnd(
                    container=status["name"],
                    exit_code=terminated["exitCode"],
                    reason=terminated.get("reason", ""),
                    message=terminated.get("message", ""),
                )


def _waits(pod: RawObject) -> str:
    for status in _statuses(pod):
        waiting = status.get("state", {}).get("waiting") or {}
        reason = waiting.get("reason", "")
        if reason and reason not in _NORMAL_WAITS:
            return f"{status['name']}: {reason}: {waiting.get('message', '')}"[:_LONGEST_WAIT]
    for condition in pod.get("status", {}).get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            found = f"{condition.get('reason', '')}: {condition.get('message', '')}"
            return found[:_LONGEST_WAIT]
    return ""


def _lost(pod: RawObject) -> str:
    """What is said of the pod itself; of containers that failed, these speak themselves."""
    status = pod.get("status", {})
    reason = status.get("reason", "")
    if status.get("phase") != "Failed" or not reason:
        return ""
    return f"{reason}: {status.get('message', '')}"[:_LONGEST_WAIT]


def _image(pod: RawObject) -> str:
    """The training container's image where there is one, else the first that is reported."""
    images = {s["name"]: s.get("imageID", "") for s in _statuses(pod) if s.get("imageID")}
    return images.get("train") or next(iter(images.values()), "")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
