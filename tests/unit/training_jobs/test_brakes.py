"""What keeps retraining from running away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from builders_training import NOW, digest

from trainyard.api.v1alpha1.training_job import Brakes
from trainyard.api.v1alpha1.training_job_status import BrakesState
from trainyard.training_jobs.brakes import blocked, counted, is_stopped, released, started

BRAKES = Brakes(cooldown_seconds=600, max_runs_per_day=2, max_failures_in_a_row=3)


def _ago(**units: int) -> datetime:
    return NOW - timedelta(**units)


TWO_TODAY = BrakesState(started=(_ago(hours=20), _ago(hours=2)))
ONE_TODAY = BrakesState(started=(_ago(hours=25), _ago(hours=2)))


@pytest.mark.parametrize(
    ("state", "last_end", "until"),
    [
        pytest.param(BrakesState(), None, None, id="nothing ran yet"),
        pytest.param(BrakesState(), _ago(minutes=10), None, id="the cooldown is over"),
        pytest.param(
            BrakesState(),
            _ago(minutes=9),
            NOW + timedelta(minutes=1),
            id="a minute of the cooldown is left",
        ),
        pytest.param(ONE_TODAY, _ago(hours=2), None, id="one of two today"),
        pytest.param(
            TWO_TODAY, _ago(hours=2), NOW + timedelta(hours=4), id="until the first is a day old"
        ),
    ],
)
def test_when_a_retrain_is_free_again(
    state: BrakesState, last_end: datetime | None, until: datetime | None
) -> None:
    """By time alone."""
    found = blocked(BRAKES, state, last_end, NOW)
    assert until == (found.until if found else None)


def test_too_many_failures_stop_until_they_are_released() -> None:
    """Time alone frees nothing."""
    state = BrakesState(failures_in_a_row=3)
    found = blocked(BRAKES, state, None, NOW)
    assert found is not None
    assert (found.reason, found.until) == ("RetrainStopped", None)
    assert is_stopped(BRAKES, state)
    assert not is_stopped(BRAKES, released(state))


def test_each_failure_counts_once() -> None:
    """As long as it can be seen, and not again."""
    state = counted(BrakesState(), ["refused:a", "failed:b"], None)
    state = counted(state, ["failed:b", "refused:a"], None)
    assert (state.failures_in_a_row, state.counted) == (2, ("failed:b", "refused:a"))
    assert counted(state, ["refused:c"], None).failures_in_a_row == 3


def test_a_promotion_resets_once() -> None:
    """The same bundle is one promotion, however long it serves."""
    state = counted(BrakesState(failures_in_a_row=2), [], digest("b"))
    assert state.failures_in_a_row == 0
    state = counted(state, ["failed:x"], digest("b"))
    assert state.failures_in_a_row == 1
    assert counted(state, [], None).promoted == digest("b")


def test_begins_are_remembered_for_a_day() -> None:
    """Older ones are forgotten."""
    assert started(ONE_TODAY, NOW).started == (_ago(hours=2), NOW)
