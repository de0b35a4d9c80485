"""How does a Job stand? What it and its pods show, read into one frozen value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from trainyard.api.base import Resource
from trainyard.installation import Installation
from trainyard.jobs.pods import (
    ContainerEnd,
    address_while,
    begun_at,
    failures_of,
    image_of,
    moment,
    pods_of,
    results_of,
    why_lost,
    why_waiting,
)
from trainyard.jobs.queueing import is_suspended, queue_of, why_suspended
from trainyard.objects import ObjectRef, RawObject
from trainyard.ownership import child_labels, is_owned
from trainyard.pod_creation import Creating, creating_of, not_created
from trainyard.reconciling.world import World
from trainyard.store_access import result_elsewhere

_LONGEST_REFUSAL = 400


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
    queue: str = ""
    """The queue of Kueue that it is in; empty: none."""
    is_suspended: bool = False
    """Whether it may have no pods: it is not admitted, or not any more."""
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
    elsewhere: str = ""
    """The store that holds its result, where that is not this installation's."""

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


async def see_address(world: World, owner: Resource, name: str, container: str) -> str:
    """Return the address of the pod of the owner's Job while the container runs, or ""."""
    job = await world.get("Job", owner.metadata.namespace, name)
    if job is None or not is_owned(job, owner):
        return ""
    labels = {"batch.kubernetes.io/job-name": name}
    pods = await world.list("Pod", owner.metadata.namespace, labels)
    return address_while(pods_of(job["metadata"]["uid"], pods), container)


async def see_job(
    world: World,
    owner: Resource,
    name: str,
    reporters: Sequence[str],
    installation: Installation,
) -> JobView:
    """Return how the owner's Job of that name stands; `reporters` are read for the result."""
    namespace = owner.metadata.namespace
    job = await world.get("Job", namespace, name)
    if job is None:
        return absent(name)
    pods = await world.list("Pod", namespace, {"batch.kubernetes.io/job-name": name})
    view = view_job(job, pods, owner, reporters)
    place = result_elsewhere(job["spec"]["template"]["spec"], installation, namespace)
    if place is not None:
        return replace(view, elsewhere=place)
    if view.is_podless:
        return replace(view, waiting=_refusal(name, await world.warnings(namespace, view.uid)))
    creating = view.creating
    if creating is None or view.waiting or not creating.is_overdue(world.now):
        return view
    fault = not_created(creating.pod, await world.warnings(namespace, creating.uid))
    return replace(view, waiting=fault.message) if fault is not None else view


def job_references(jobs: Iterable[RawObject], owner: Resource) -> tuple[ObjectRef, ...]:
    """Return what a delete needs to know of those Jobs that are the owner's and not leaving."""
    return references("Job", jobs, owner)


def references(kind: str, found: Iterable[RawObject], owner: Resource) -> tuple[ObjectRef, ...]:
    """Return what a delete needs to know of those that are the owner's and not leaving."""
    return tuple(
        ObjectRef(
            kind=kind,
            namespace=owner.metadata.namespace,
            name=raw["metadata"]["name"],
            uid=raw["metadata"]["uid"],
            resource_version=raw["metadata"].get("resourceVersion", ""),
        )
        for raw in found
        if is_owned(raw, owner) and not raw["metadata"].get("deletionTimestamp")
    )


def view_job(
    job: RawObject, pods: Sequence[RawObject], owner: Resource, reporters: Sequence[str]
) -> JobView:
    """Return how the Job stands; pods that are not this Job's own (by uid) are left out."""
    name, uid = job["metadata"]["name"], job["metadata"]["uid"]
    if not is_owned(job, owner):
        return JobView(name=name, phase=JobPhase.FOREIGN, uid=uid)
    own = pods_of(uid, pods)
    ended = _ended(job)
    started = [begin for pod in own if (begin := begun_at(pod)) is not None]
    return JobView(
        name=name,
        phase=_phase(ended, begun=bool(started)),
        uid=uid,
        started_at=min(started, default=None),
        finished_at=moment(ended.get("lastTransitionTime")) if ended else None,
        completions=job.get("spec", {}).get("completions") or 1,
        results=results_of(own, reporters),
        end=next(failures_of(own), None),
        reason=ended.get("reason", "") if ended else "",
        message=ended.get("message", "") if ended else "",
        is_relabelled=not child_labels(owner).items() <= job["metadata"].get("labels", {}).items(),
        is_podless=not (ended or own) and _is_taken_up(job),
        queue=queue_of(job),
        is_suspended=is_suspended(job),
        waiting=""
        if ended
        else why_suspended(job) or next(filter(None, map(why_waiting, own)), ""),
        creating=None if ended else next((c for pod in own if (c := creating_of(pod))), None),
        lost=next((text for pod in own if (text := why_lost(pod))), ""),
        image=next((image for pod in own if (image := image_of(pod))), ""),
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
