"""Which runs there are."""

from __future__ import annotations

from typing import Any

from builders_training import INPUTS, NOW, a_model_version, a_training_job, digest

from trainyard.api.v1alpha1.training_job_status import Run
from trainyard.training_jobs.runs import (
    RunSetting,
    last_ended,
    latest_for,
    new_run,
    next_attempt,
    replaced,
    run_at_work,
    stopped,
)


def _run(attempt: int, **fields: Any) -> Run:
    setting = RunSetting(target="t", champion=None, now=NOW)
    return new_run(a_training_job(), INPUTS, attempt, setting).model_copy(update=fields)


def test_a_new_run_is_pending_and_named_by_its_inputs() -> None:
    """Attempts have names of their own."""
    first, second = _run(0), _run(1)
    assert (first.phase, first.retry, first.target) == ("Pending", 0, "t")
    assert first.name != second.name


def test_the_run_at_work_and_the_last_that_ended() -> None:
    """A stopped run is neither."""
    runs = (_run(2, phase="Stopped"), _run(1, phase="Running"), _run(0, phase="Failed"))
    assert run_at_work(runs) == runs[1]
    assert last_ended(runs) == runs[2]
    assert latest_for(runs, digest("1")) == runs[0]
    assert latest_for(runs, digest("2")) is None


def test_attempts_count_on_after_runs_were_forgotten() -> None:
    """A version remembers the attempt that made it."""
    version = a_model_version(attempt=6)
    assert next_attempt((), (), digest("1")) == 0
    assert next_attempt((_run(3),), (), digest("1")) == 4
    assert next_attempt((_run(3),), (version,), digest("1")) == 7


def test_a_stopped_run_replaces_itself() -> None:
    """With the reason, and without a failure."""
    run = _run(0)
    over = stopped(run, "Suspended", "why", NOW)
    assert replaced((run,), over) == (over,)
    assert (over.phase, over.reason, over.finished_at, over.fault) == (
        "Stopped",
        "Suspended",
        NOW,
        None,
    )
