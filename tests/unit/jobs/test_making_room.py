"""What follows for a task whose queue takes its place back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from builders_training import NOW

from trainyard.api.v1alpha1.task import Fault, Task, TaskPhase
from trainyard.jobs.failure import Failure
from trainyard.jobs.job_view import JobPhase, JobView
from trainyard.jobs.pods import ContainerEnd
from trainyard.jobs.supervision import (
    MAX_RETRIES,
    PREEMPTED,
    GaveUp,
    Retry,
    Wait,
    follow,
    recorded,
)

LATER = NOW + timedelta(seconds=40)
PENDING, RUNNING = TaskPhase.PENDING, TaskPhase.RUNNING


def _task(phase: TaskPhase = PENDING, **fields: Any) -> Task:
    return Task(**{"name": "job", "phase": phase, "queued_at": NOW, **fields})


def _view(phase: JobPhase, **fields: Any) -> JobView:
    return JobView("job", phase, **fields)


def _ended_with(code: int, message: str = "") -> JobView:
    return _view(JobPhase.FAILED, end=ContainerEnd("fetch", code, "Error", message))


def test_a_task_that_makes_room_waits_as_before_its_begin() -> None:
    """Each time is counted, once; it is no failure, and what it began with counts no more."""
    begun = _view(JobPhase.RUNNING, started_at=NOW)
    suspended = _view(JobPhase.RUNNING, started_at=NOW, is_suspended=True)
    running = recorded(_task(infrastructure_failures=1), Wait(), begun, NOW)
    waits = follow(running, suspended, None, NOW)
    assert Wait() == waits
    after = recorded(running, waits, suspended, LATER)
    assert (PENDING, None, 1, 1) == (
        after.phase,
        after.started_at,
        after.preemptions,
        after.infrastructure_failures,
    )
    assert after == recorded(after, waits, suspended, LATER)
    again = recorded(after, Wait(), _view(JobPhase.RUNNING, started_at=LATER), LATER)
    assert (RUNNING, LATER, 1) == (again.phase, again.started_at, again.preemptions)


@pytest.mark.parametrize(
    ("view", "failure"),
    [
        pytest.param(_ended_with(137), PREEMPTED, id="it was killed while it made room"),
        pytest.param(_view(JobPhase.FAILED), PREEMPTED, id="its pod is gone"),
        pytest.param(
            _ended_with(13, '{"outcome":"Failed","reason":"R","message":"why"}'),
            Failure(Fault.USER, "R", "why"),
            id="it had failed by the user's fault before",
        ),
    ],
)
def test_what_fails_while_it_makes_room_is_counted_apart(view: JobView, failure: Failure) -> None:
    """However often that is; what only the user can put right is theirs even then."""
    suspended = replace(view, is_suspended=True)
    task = _task(RUNNING, infrastructure_failures=MAX_RETRIES, started_at=NOW)
    step = follow(task, suspended, None, NOW)
    pause = NOW + timedelta(seconds=10)
    assert step == (Retry(failure, pause) if failure is PREEMPTED else GaveUp(failure))
    after = recorded(task, step, suspended, NOW)
    assert (failure is PREEMPTED, 0) == (bool(after.preemptions), after.infrastructure_failures)
    assert not isinstance(follow(task, view, None, NOW), Retry)
