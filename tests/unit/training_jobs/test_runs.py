"""Which runs there are."""

from __future__ import annotations

from typing import Any

from builders_training import INPUTS, NOW, a_model_version, digest

from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job_status import Run
from trainyard.training_jobs.runs import (
    last_ended,
    latest_for,
    next_number,
    replaced,
    run_at_work,
)


def _run(attempt: int, **fields: Any) -> Run:
    values = {
        "name": f"model-{attempt}",
        "attempt": attempt,
        "inputs_digest": INPUTS.digest,
        "recipe_digest": INPUTS.recipe_digest,
        "dataset_digest": INPUTS.dataset_digest,
        "cause": INPUTS.cause,
        "phase": TaskPhase.PENDING,
        "queued_at": NOW,
    }
    return Run(**{**values, **fields})


def test_the_run_at_work_and_the_last_that_ended() -> None:
    """A stopped run is neither."""
    runs = (_run(2, phase="Stopped"), _run(1, phase="Running"), _run(0, phase="Failed"))
    assert run_at_work(runs) == runs[1]
    assert last_ended(runs) == runs[2]
    assert latest_for(runs, digest("1")) == runs[0]
    assert latest_for(runs, digest("2")) is None


def test_an_attempt_that_is_about_to_be_retried_has_ended() -> None:
    """Its failure is the last thing that happened."""
    waiting = _run(1, phase="Waiting")
    assert last_ended((waiting, _run(0, phase="Succeeded"))) == waiting
    assert run_at_work((waiting,)) is None


def test_attempts_count_on_after_runs_were_forgotten() -> None:
    """A version remembers the attempt that made it."""
    version = a_model_version(attempt=6)
    assert next_number((), (), digest("1")) == 0
    assert next_number((_run(3),), (), digest("1")) == 4
    assert next_number((_run(3),), (version,), digest("1")) == 7


def test_a_run_replaces_the_one_of_its_name() -> None:
    """Others stay as they are."""
    first, second = _run(0), _run(1)
    over = first.model_copy(update={"phase": TaskPhase.STOPPED})
    assert replaced((second, first), over) == (second, over)
