"""What follows for a task from what its Jobs show? The one supervision of all that runs in Jobs.

    PENDING ──► RUNNING ──► SUCCEEDED               Ended, with the results
       ▲           │ no readable result, Job gone
       │           ▼
       │       REPORTING ──► SUCCEEDED              another Job reads the stored result
       │           │ failed
       │           ▼
       └─────── WAITING                             Retry, after a pause
                   or FAILED                        GaveUp

A user's failure is final. What a source or a secret lacks may come at any time, so that is tried
without end. Failures of the infrastructure are tried a number of times in a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from trainyard.api.v1alpha1.task import AT_WORK, Fault, Task, TaskPhase
from trainyard.conditions import shorten
from trainyard.jobs.failure import LONGEST_MESSAGE, Failure, failure_of
from trainyard.jobs.job_view import JobPhase, JobView

MAX_RETRIES = 5
"""After so many infrastructure failures in a row a task is given up, unless its owner says
otherwise."""
_FIRST_PAUSE_SECONDS = 10
_LONGEST_PAUSE_SECONDS = 600
_LOOK_AGAIN = timedelta(seconds=20)
_RESULT_NOT_FOUND = "ResultNotFound"
"""What a report Job says when the store holds no result."""

TaskT = TypeVar("TaskT", bound=Task)


@dataclass(frozen=True, slots=True)
class Start:
    """The task's Job is to be created; for a task that waited: that of its next attempt."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be done before something changes."""

    until: datetime | None = None
    """When time alone changes something."""


@dataclass(frozen=True, slots=True)
class Report:
    """The Job is to be created that reads the task's stored result."""


@dataclass(frozen=True, slots=True)
class Retry:
    """It failed and is tried again."""

    failure: Failure
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """Its Job succeeded and left these results, by completion index."""

    results: Mapping[int, Mapping[str, Any]]

    @property
    def result(self) -> Mapping[str, Any]:
        """The result of a task of one pod."""
        return self.results[0]


@dataclass(frozen=True, slots=True)
class GaveUp:
    """It failed and is not tried again."""

    failure: Failure


Step = Start | Wait | Report | Retry | Ended | GaveUp

JOB_LOST = Failure(
    Fault.INFRASTRUCTURE, "JobLost", "its Job vanished and the store holds no result of it"
)
PREEMPTED = Failure(
    Fault.QUEUE,
    "Preempted",
    "its queue took its place back, and it ended before it was admitted again",
)
UNREADABLE = Failure(
    Fault.INFRASTRUCTURE,
    "ResultUnreadable",
    "neither the pod's message nor the stored result could be read",
)


def follow(
    task: Task,
    view: JobView | None,
    report: JobView | None,
    now: datetime,
    max_retries: int = MAX_RETRIES,
) -> Step:
    """Return what follows from what the task's Job, and the Job that reads its result, show."""
    if task.phase is TaskPhase.WAITING:
        return Wait(task.retry_at) if task.retry_at and now < task.retry_at else Start()
    if task.phase is TaskPhase.REPORTING:
        return _reported(task, report, now, max_retries)
    return _worked(task, view, now, max_retries) if task.phase in AT_WORK else Wait()


def _worked(task: Task, view: JobView | None, now: datetime, max_retries: int) -> Step:
    if view is None or view.name != task.name or view.is_gone:
        # What had begun may have stored its result: that counts, and nothing runs twice.
        return Start() if task.phase is TaskPhase.PENDING else Report()
    if view.elsewhere:
        return failed(task, _elsewhere(view), now, max_retries)
    if view.phase is JobPhase.FAILED:
        # The pods, and with them the begin, may be gone by now: the status remembers it.
        found = failure_of(replace(view, started_at=view.started_at or task.started_at))
        made_room = view.is_suspended and found.fault is Fault.INFRASTRUCTURE
        return failed(task, PREEMPTED if made_room else found, now, max_retries)
    if view.phase is JobPhase.SUCCEEDED:
        return Ended(view.results) if view.has_all_results else Report()
    return _awaited(view, now)


def _reported(task: Task, report: JobView | None, now: datetime, max_retries: int) -> Step:
    if report is None or report.is_gone:
        return Report()
    if report.elsewhere:
        return failed(task, _elsewhere(report), now, max_retries)
    if report.phase is JobPhase.FAILED:
        found = failure_of(report)
        refused = found.fault is Fault.SOURCE and found.reason != _RESULT_NOT_FOUND
        return failed(task, found if refused else JOB_LOST, now, max_retries)
    if report.phase is not JobPhase.SUCCEEDED:
        return _awaited(report, now)
    if report.has_all_results:
        return Ended(report.results)
    return failed(task, UNREADABLE, now, max_retries)


def _elsewhere(view: JobView) -> Failure:
    """Why the Job of another installation, or of another store, is never taken for ours."""
    text = (
        f"Job {view.name} was made for another installation or store: what it stores lies in"
        f" {view.elsewhere}, where this installation does not look, so it is done once more"
    )
    return Failure(Fault.INFRASTRUCTURE, "StoredElsewhere", text)


def _awaited(view: JobView, now: datetime) -> Wait:
    """No event comes when the reason changes for which no pod, or no container, is made, and none
    of a Job that lost its labels.
    """
    if view.creating is not None:
        return Wait(view.creating.asked_again_at(now))
    return Wait(now + _LOOK_AGAIN if view.is_podless or view.is_relabelled else None)


def failed(
    task: Task, failure: Failure, now: datetime, max_retries: int = MAX_RETRIES
) -> Retry | GaveUp:
    """Return what follows from that failure of the task's present attempt."""
    if failure.fault is Fault.SOURCE:
        return Retry(failure, now + pause_before(task.source_failures))
    if failure.fault is Fault.QUEUE:
        return Retry(failure, now + pause_before(0))
    before = task.infrastructure_failures
    if failure.fault is Fault.INFRASTRUCTURE and before < max_retries:
        return Retry(failure, now + pause_before(before))
    return GaveUp(failure)


def pause_before(retry: int) -> timedelta:
    """Return how long to wait before the retry of that number: 10 s, 20 s, … at most 10 min."""
    seconds = _FIRST_PAUSE_SECONDS * 2 ** min(retry, 10)
    return timedelta(seconds=min(seconds, _LONGEST_PAUSE_SECONDS))


def recorded(task: TaskT, step: Step, view: JobView | None, now: datetime) -> TaskT:
    """Return the task as its status has it after that step.

    The next attempt after a pause is another Job: `next_attempt` names it.
    """
    begun = view.started_at if view is not None and view.name == task.name else None
    started = task.started_at or begun
    update: dict[str, Any] = {"started_at": started}
    match step:
        case Wait() if view is not None and view.is_suspended:
            update = _suspended(task)
        case Wait() if started is not None and task.phase is TaskPhase.PENDING:
            update |= {"phase": TaskPhase.RUNNING}
        case Report():
            update |= {"phase": TaskPhase.REPORTING}
        case Retry(failure, at):
            update |= _after(task, failure, now) | {"phase": TaskPhase.WAITING, "retry_at": at}
        case GaveUp(failure):
            update |= _after(task, failure, now) | {"phase": TaskPhase.FAILED}
        case Ended():
            over = {"phase": TaskPhase.SUCCEEDED, "finished_at": now}
            update |= {**over, "fault": None, "reason": "", "message": ""}
        case _:
            pass
    return task.model_copy(update=update)


def _suspended(task: Task) -> dict[str, Any]:
    """It waits as before its first container began; what had begun was ended for others."""
    if task.phase is not TaskPhase.RUNNING:
        return {}
    return {
        "phase": TaskPhase.PENDING,
        "started_at": None,
        "preemptions": (task.preemptions or 0) + 1,
    }


def _after(task: Task, failure: Failure, now: datetime) -> dict[str, Any]:
    """Each kind of failure is counted for itself, and another kind ends the row."""
    of_infrastructure = failure.fault is Fault.INFRASTRUCTURE
    of_source = failure.fault is Fault.SOURCE
    of_queue = failure.fault is Fault.QUEUE
    return {
        "preemptions": (task.preemptions or 0) + 1 if of_queue else task.preemptions,
        "infrastructure_failures": task.infrastructure_failures + 1 if of_infrastructure else 0,
        "source_failures": task.source_failures + 1 if of_source else 0,
        "fault": failure.fault,
        "reason": failure.reason,
        "message": shorten(failure.message, LONGEST_MESSAGE),
        "finished_at": now,
    }


def next_attempt(task: TaskT, name: str, now: datetime) -> TaskT:
    """Return the task with one more attempt, whose Job has that name.

    Why the last one failed stays readable until the new one tells more.
    """
    return task.model_copy(
        update={
            "name": name,
            "attempt": task.attempt + 1,
            "phase": TaskPhase.PENDING,
            "queued_at": now,
            "started_at": None,
            "finished_at": None,
            "retry_at": None,
        }
    )
