"""What follows for a task from what its Jobs show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_training import NOW

from trainyard.api.v1alpha1.task import Fault, Task, TaskPhase
from trainyard.jobs.failure import Failure
from trainyard.jobs.job_view import JobPhase, JobView
from trainyard.jobs.pods import ContainerEnd
from trainyard.jobs.supervision import (
    JOB_LOST,
    MAX_RETRIES,
    UNREADABLE,
    Ended,
    GaveUp,
    Report,
    Retry,
    Start,
    Step,
    Wait,
    failed,
    follow,
    next_attempt,
    pause_before,
    recorded,
)
from trainyard.pod_creation import Creating

LATER = NOW + timedelta(seconds=40)
DONE = {0: {"outcome": "Succeeded"}}
INFRASTRUCTURE = Failure(Fault.INFRASTRUCTURE, "PodLost", "why")
SOURCE = Failure(Fault.SOURCE, "StoreDenied", "no keys")
USER = Failure(Fault.USER, "ParameterInvalid", "no parameter depth")


def _task(phase: TaskPhase = TaskPhase.PENDING, **fields: Any) -> Task:
    return Task(**{"name": "job", "phase": phase, "queued_at": NOW, **fields})


def _view(phase: JobPhase, name: str = "job", **fields: Any) -> JobView:
    return JobView(name, phase, **fields)


def _ended_with(code: int, message: str = "") -> JobView:
    return _view(JobPhase.FAILED, end=ContainerEnd("fetch", code, "Error", message))


PENDING, RUNNING, REPORTING = TaskPhase.PENDING, TaskPhase.RUNNING, TaskPhase.REPORTING
WAITING = _task(TaskPhase.WAITING, retry_at=LATER)


@pytest.mark.parametrize(
    ("task", "view", "step"),
    [
        pytest.param(_task(), None, Start(), id="its Job was not created yet"),
        pytest.param(_task(), _view(JobPhase.ABSENT), Start(), id="its Job does not exist"),
        pytest.param(
            _task(), _view(JobPhase.RUNNING, "other"), Start(), id="another Job was looked at"
        ),
        pytest.param(_task(), _view(JobPhase.WAITING), Wait(), id="its pod has not begun"),
        pytest.param(_task(RUNNING), _view(JobPhase.RUNNING), Wait(), id="it works"),
        pytest.param(
            _task(RUNNING),
            _view(JobPhase.ABSENT),
            Report(),
            id="its Job vanished after it began: the store may know",
        ),
        pytest.param(
            _task(RUNNING), _view(JobPhase.SUCCEEDED, results=DONE), Ended(DONE), id="it succeeded"
        ),
        pytest.param(
            _task(RUNNING),
            _view(JobPhase.SUCCEEDED),
            Report(),
            id="it succeeded without a readable word",
        ),
        pytest.param(
            _task(RUNNING),
            _view(JobPhase.SUCCEEDED, results=DONE, completions=2),
            Report(),
            id="one of two completions left no readable word",
        ),
        pytest.param(
            _task(RUNNING),
            _view(JobPhase.SUCCEEDED, results=DONE | {1: {}}, completions=2),
            Ended(DONE | {1: {}}),
            id="each of two completions left a result",
        ),
        pytest.param(WAITING, None, Wait(LATER), id="its pause is not over"),
        pytest.param(_task(TaskPhase.WAITING, retry_at=NOW), None, Start(), id="its pause is over"),
        pytest.param(_task(TaskPhase.FAILED), None, Wait(), id="it was given up"),
        pytest.param(_task(TaskPhase.SUCCEEDED), None, Wait(), id="it is over"),
        pytest.param(_task(TaskPhase.STOPPED), None, Wait(), id="it was stopped"),
    ],
)
def test_what_the_job_of_a_task_leads_to(task: Task, view: JobView | None, step: Step) -> None:
    """What has begun is never begun a second time before the store was read."""
    assert step == follow(task, view, None, NOW)


@pytest.mark.parametrize(
    ("report", "failure"),
    [
        pytest.param(_view(JobPhase.SUCCEEDED), UNREADABLE, id="it says nothing readable"),
        pytest.param(
            _ended_with(25, '{"outcome":"Failed","reason":"ResultNotFound"}'),
            JOB_LOST,
            id="the store holds no result",
        ),
        pytest.param(
            _ended_with(25, '{"outcome":"Failed","reason":"StoreDenied","message":"no keys"}'),
            SOURCE,
            id="the store refuses the keys",
        ),
        pytest.param(_ended_with(137), JOB_LOST, id="its node failed"),
    ],
)
def test_a_report_that_gives_nothing_is_a_failure(report: JobView, failure: Failure) -> None:
    """Each by its own cause: keys may come, a lost result has to be made anew."""
    step = follow(_task(REPORTING), None, report, NOW)
    assert step == Retry(failure, NOW + pause_before(0))


@pytest.mark.parametrize(
    ("report", "step"),
    [
        pytest.param(None, Report(), id="it was not created yet"),
        pytest.param(_view(JobPhase.ABSENT), Report(), id="it vanished"),
        pytest.param(_view(JobPhase.RUNNING), Wait(), id="it reads"),
        pytest.param(_view(JobPhase.SUCCEEDED, results=DONE), Ended(DONE), id="it found it"),
    ],
)
def test_a_stored_result_is_read_by_another_job(report: JobView | None, step: Step) -> None:
    """What the task's own Job shows does not count any more."""
    assert step == follow(_task(REPORTING), _view(JobPhase.FAILED), report, NOW)


@pytest.mark.parametrize(
    ("failure", "counts", "pause"),
    [
        pytest.param(INFRASTRUCTURE, (0, 0), 10, id="a first failure of the infrastructure"),
        pytest.param(INFRASTRUCTURE, (1, 0), 20, id="a second in a row waits twice as long"),
        pytest.param(INFRASTRUCTURE, (2, 0), None, id="no retry is left"),
        pytest.param(
            INFRASTRUCTURE, (0, 50), 10, id="waiting for keys has used up no retry of this"
        ),
        pytest.param(SOURCE, (0, 0), 10, id="keys that are missing"),
        pytest.param(SOURCE, (2, 50), 600, id="keys that are still missing are waited for"),
        pytest.param(USER, (0, 0), None, id="what only the user can put right"),
    ],
)
def test_kinds_of_failures_are_counted_apart(
    failure: Failure, counts: tuple[int, int], pause: int | None
) -> None:
    """Pauses double up to ten minutes; two retries are allowed here."""
    task = _task(RUNNING, infrastructure_failures=counts[0], source_failures=counts[1])
    expected = GaveUp(failure) if pause is None else Retry(failure, NOW + timedelta(seconds=pause))
    assert expected == failed(task, failure, NOW, max_retries=2)


def test_a_pod_that_cannot_be_created_is_looked_for() -> None:
    """No event comes when a quota is raised, nor when the reason changes."""
    view = _view(JobPhase.WAITING, is_podless=True)
    soon = Wait(NOW + timedelta(seconds=20))
    assert soon == follow(_task(), view, None, NOW)
    assert soon == follow(_task(REPORTING), None, view, NOW)


def test_a_job_that_lost_its_labels_is_looked_for() -> None:
    """Somebody took them off: no event comes when it ends, and then it is taken as it is."""
    view = _view(JobPhase.RUNNING, is_relabelled=True)
    assert follow(_task(RUNNING), view, None, NOW) == Wait(NOW + timedelta(seconds=20))
    ended = _view(JobPhase.SUCCEEDED, results=DONE, is_relabelled=True)
    assert follow(_task(RUNNING), ended, None, NOW) == Ended(DONE)


@pytest.mark.parametrize(
    ("ago", "wait"),
    [
        pytest.param(10, 20, id="its Events are asked for once it had half a minute"),
        pytest.param(600, 30, id="and now and then"),
    ],
)
def test_a_pod_without_containers_is_looked_at_again(ago: int, wait: int) -> None:
    """No event of the pod comes when the reason changes."""
    creating = Creating("p", "u", NOW - timedelta(seconds=ago))
    view = _view(JobPhase.WAITING, creating=creating)
    soon = Wait(NOW + timedelta(seconds=wait))
    assert soon == follow(_task(), view, None, NOW)
    assert soon == follow(_task(REPORTING), None, view, NOW)


def test_a_failure_of_another_kind_ends_the_row() -> None:
    """After five waits for keys, one failure of the node is the first."""
    task = _task(RUNNING, infrastructure_failures=MAX_RETRIES - 1)
    for _ in range(5):
        task = recorded(task, failed(task, SOURCE, NOW), None, NOW)
    assert (task.infrastructure_failures, task.source_failures) == (0, 5)
    task = recorded(task, failed(task, INFRASTRUCTURE, NOW), None, NOW)
    assert (task.infrastructure_failures, task.source_failures) == (1, 0)
    assert task.phase is TaskPhase.WAITING


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param(Start(), {"phase": "Pending"}, id="to be started"),
        pytest.param(Wait(), {"phase": "Running", "started_at": NOW}, id="begun"),
        pytest.param(Report(), {"phase": "Reporting"}, id="to be reported"),
        pytest.param(
            Retry(SOURCE, LATER),
            {
                "phase": "Waiting",
                "retry_at": LATER,
                "finished_at": NOW,
                "fault": "Source",
                "reason": "StoreDenied",
                "message": "no keys",
                "source_failures": 1,
            },
            id="to be tried again",
        ),
        pytest.param(
            GaveUp(USER),
            {"phase": "Failed", "retry_at": None, "fault": "User", "reason": "ParameterInvalid"},
            id="given up",
        ),
        pytest.param(Ended(DONE), {"phase": "Succeeded", "finished_at": NOW}, id="succeeded"),
    ],
)
def test_what_a_status_says_after_a_step(step: Step, expected: dict[str, Any]) -> None:
    """One vocabulary for everything that runs in Jobs."""
    view = _view(JobPhase.RUNNING, started_at=NOW)
    after = recorded(_task(), step, view, NOW).model_dump()
    assert expected == {name: after[name] for name in expected}


def test_every_field_that_a_step_does_not_speak_of_stays() -> None:
    """The begin is remembered by each, and what failed before is forgotten by what succeeds."""
    view = _view(JobPhase.FAILED, started_at=NOW)
    before = _task(fault="Source", reason="StoreDenied", message="no keys", source_failures=2)
    for step in (Start(), Wait(), Report(), Retry(SOURCE, LATER), GaveUp(USER), Ended(DONE)):
        assert NOW == recorded(before, step, view, LATER).started_at
    over = recorded(before, Ended(DONE), view, LATER)
    assert (None, "", "") == (over.fault, over.reason, over.message)
    again = recorded(before, Retry(SOURCE, LATER), view, NOW)
    assert (3, 0) == (again.source_failures, again.infrastructure_failures)
    last = recorded(before, GaveUp(Failure(Fault.USER, "R", "x" * 500)), view, LATER)
    assert (LATER, f"{'x' * 399}…") == (last.finished_at, last.message)
    worn = recorded(before, GaveUp(INFRASTRUCTURE), view, LATER)
    assert (0, 1) == (worn.source_failures, worn.infrastructure_failures)
    reporting = _task(REPORTING, started_at=NOW)
    assert REPORTING is recorded(reporting, Wait(), None, NOW).phase
    assert PENDING is recorded(_task(), Wait(), None, NOW).phase


def test_whoever_says_how_often_is_heard_in_each_phase() -> None:
    """Without retries the first failure is the last."""
    lost = _view(JobPhase.FAILED, reason="PodFailurePolicy", message="gone")
    unread = _view(JobPhase.SUCCEEDED)
    cases = ((RUNNING, lost, None), (REPORTING, None, unread), (REPORTING, None, lost))
    for phase, view, report in cases:
        assert isinstance(follow(_task(phase), view, report, NOW, 0), GaveUp)
        assert isinstance(follow(_task(phase), view, report, NOW), Retry)


def test_the_begin_is_remembered_when_the_pods_are_gone() -> None:
    """A deadline in the middle of work is the user's to raise, before any work the cluster's."""
    view = _view(JobPhase.FAILED, reason="DeadlineExceeded")
    assert isinstance(follow(_task(RUNNING, started_at=NOW), view, None, NOW), GaveUp)
    assert isinstance(follow(_task(), view, None, NOW), Retry)


def test_the_next_attempt_is_another_job() -> None:
    """Counts and the last failure stay with it."""
    waited = recorded(_task(RUNNING, started_at=NOW), Retry(SOURCE, LATER), None, NOW)
    after = next_attempt(waited, "job-2", LATER)
    assert (after.name, after.attempt, after.phase) == ("job-2", 1, TaskPhase.PENDING)
    assert (after.started_at, after.finished_at, after.retry_at) == (None, None, None)
    assert LATER == after.queued_at
    assert (after.source_failures, after.message) == (1, "no keys")


@pytest.mark.parametrize(
    ("retry", "seconds"),
    [
        pytest.param(0, 10, id="first"),
        pytest.param(3, 80, id="fourth"),
        pytest.param(6, 600, id="bounded"),
        pytest.param(99, 600, id="bounded for ever"),
    ],
)
def test_pauses_double_up_to_ten_minutes(retry: int, seconds: int) -> None:
    """10 s × 2ⁿ."""
    assert timedelta(seconds=seconds) == pause_before(retry)
