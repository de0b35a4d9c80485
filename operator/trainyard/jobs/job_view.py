"""How does a Job stand? What it and its pods show, read into one frozen value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from trainyard.api.base import Resource
from trainyard.jobs.result_message import read_document
from trainyard.objects import ObjectRef, RawObject
from trainyard.ownership import child_labels, is_owned
from trainyard.pod_creation import Creating, creating_of, not_created, store_elsewhere
from trainyard.reconciling.world import World

_NORMAL_WAITS = frozenset({"PodInitializing", "ContainerCreating"})
_LONGEST_WAIT = 200
_LONGEST_REFUSAL = 400
REPORT = "report"
"""The container that is alone in its pod, so that no other message has room for more."""
_COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index"


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
    completions: int = 1
    """How many pods have to succeed; an Indexed Job has several."""
    results: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """The JSON that the reporting container left, by completion index; what cannot be read, and
    what the stored one says more of, is left out. A Job of one pod has index 0."""
    end: ContainerEnd | None = None
    reason: str = ""
    """Why the Job failed, as the Job controller says."""
    message: str = ""
    is_relabelled: bool = False
    """Whether somebody took labels off it: its events are not heard any more."""
    is_podless: bool = False
    """Whether the Job controller took it up and no pod came of it."""
    waiting: str = ""
    """What keeps the pod from starting, or from being created."""
    creating: Creating | None = None
    """Its newest pod, while that has a node and no container."""
    lost: str = ""
    """Why the newest pod that failed as a whole did: evicted, refused by its node, …"""
    image: str = ""
    """The image that ran, by digest, where the kubelet reports one."""

    @property
    def trouble(self) -> str:
        """What keeps it from its end so far: what its pod waits for, or why it began anew."""
        anew = f"its pod was lost and it began anew ({self.lost})" if self.lost else ""
        return self.waiting or anew

    @property
    def is_gone(self) -> bool:
        """Whether there is no such Job of the owner's."""
        return self.phase in {JobPhase.ABSENT, JobPhase.FOREIGN}

    @property
    def has_all_results(self) -> bool:
        """Whether each completion left a result that can be read."""
        return len(self.results) == self.completions


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
    view = view_job(job, pods, owner, reporters)
    if view.is_podless:
        return replace(view, waiting=_refusal(name, await world.warnings(namespace, view.uid)))
    creating = view.creating
    if creating is None or view.waiting or not creating.is_overdue(world.now):
        return view
    fault = not_created(creating.pod, await world.warnings(namespace, creating.uid))
    return replace(view, waiting=fault.message) if fault is not None else view


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
        completions=job.get("spec", {}).get("completions") or 1,
        results=_results(own, reporters),
        end=next(_failures(own), None),
        reason=ended.get("reason", "") if ended else "",
        message=ended.get("message", "") if ended else "",
        is_relabelled=not child_labels(owner).items() <= job["metadata"].get("labels", {}).items(),
        is_podless=not (ended or own) and _is_taken_up(job),
        waiting="" if ended else next((text for pod in own if (text := _waits(pod))), ""),
        creating=None if ended else next((c for pod in own if (c := creating_of(pod))), None),
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


def _results(
    pods: Iterable[RawObject], reporters: Sequence[str]
) -> Mapping[int, Mapping[str, Any]]:
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


def _failures(pods: Iterable[RawObject]) -> Iterator[ContainerEnd]:
    """How containers failed by themselves; those of a pod that was put out were ended by others."""
    for pod in pods:
        for status in () if _lost(pod) else _statuses(pod):
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
            message = condition.get("message", "")
            elsewhere = store_elsewhere(pod["metadata"]["name"], message)
            found = f"{condition.get('reason', '')}: {message}"
            return elsewhere.message if elsewhere else found[:_LONGEST_WAIT]
    return ""


def _is_taken_up(job: RawObject) -> bool:
    """Whether the Job controller tried to create a pod and counts none."""
    status = job.get("status", {})
    return bool(status.get("startTime")) and not status.get("active")


def _refusal(job: str, warnings: Sequence[RawObject]) -> str:
    """Why the newest pod was refused: a quota, a policy, a class or an account that is missing.

    Each try has a name of its own, which says nothing.
    """
    newest = max(warnings, key=lambda event: str(event.get("lastTimestamp") or ""), default=None)
    if newest is None:
        return "its Job has no pod so far"
    text = re.sub(rf"\b{re.escape(job)}-(?:[a-z0-9]{{5}})?(?=\W)", job, newest.get("message", ""))
    return f"{newest.get('reason', '')}: {text}"[:_LONGEST_REFUSAL]


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
