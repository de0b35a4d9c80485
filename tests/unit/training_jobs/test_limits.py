"""What keeps retraining from running away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from builders_training import NOW, digest

from trainyard.api.v1alpha1.retrain import LimitsState, RetrainLimits
from trainyard.training_jobs.limits import blocked, counted, is_stopped, reset, started

LIMITS = RetrainLimits(cooldown_seconds=600, max_runs_per_day=2, max_failures_in_a_row=3)


def _ago(**units: int) -> datetime:
    return NOW - timedelta(**units)


TWO_TODAY = LimitsState(started=(_ago(hours=20), _ago(hours=2)))
ONE_TODAY = LimitsState(started=(_ago(hours=25), _ago(hours=2)))


@pytest.mark.parametrize(
    ("state", "last_end", "until"),
    [
        pytest.param(LimitsState(), None, None, id="nothing ran yet"),
        pytest.param(LimitsState(), _ago(minutes=10), None, id="the cooldown is over"),
        pytest.param(
            LimitsState(),
            _ago(minutes=9),
            NOW + timedelta(minutes=1),
            id="a minute of the cooldown is left",
        ),
        pytest.param(ONE_TODAY, _ago(hours=2), None, id="one of two today"),
        pytest.param(
            LimitsState(started=(_ago(hours=24), _ago(hours=2))),
            None,
            None,
            id="the first of two is a day old to the second",
        ),
        pytest.param(
            TWO_TODAY, _ago(hours=2), NOW + timedelta(hours=4), id="until the first is a day old"
        ),
    ],
)
def test_when_a_retrain_is_free_again(
    state: LimitsState, last_end: datetime | None, until: datetime | None
) -> None:
    """By time alone."""
    found = blocked(LIMITS, state, last_end, NOW)
    assert until == (found.until if found else None)


@pytest.mark.parametrize(
    ("state", "last_end", "message"),
    [
        pytest.param(
            LimitsState(failures_in_a_row=4), None, "4 retrains in a row came to nothing", id="stop"
        ),
        pytest.param(
            LimitsState(),
            _ago(minutes=9),
            f"cooldown until {NOW + timedelta(minutes=1):%Y-%m-%d %H:%M:%S} UTC"
            " (600 s after the last run)",
            id="cooldown",
        ),
        pytest.param(
            TWO_TODAY,
            None,
            "2 retrains in 24 hours: the next may begin at"
            f" {NOW + timedelta(hours=4):%Y-%m-%d %H:%M:%S} UTC",
            id="a day's runs",
        ),
    ],
)
def test_what_holds_a_retrain_back_is_said(
    state: LimitsState, last_end: datetime | None, message: str
) -> None:
    """With the moment at which it ends, where time alone ends it."""
    found = blocked(LIMITS, state, last_end, NOW)
    assert found is not None
    assert message == found.message
    assert found.reason == ("RetrainStopped" if found.until is None else "RetrainBlocked")


def test_the_oldest_of_too_many_is_not_the_one_that_counts() -> None:
    """With three today and two allowed, the second has to be a day old."""
    three = LimitsState(started=(_ago(hours=1), _ago(hours=9), _ago(hours=5)))
    found = blocked(LIMITS, three, None, NOW)
    assert found is not None
    assert NOW + timedelta(hours=19) == found.until


def test_too_many_failures_stop_until_they_are_reset() -> None:
    """Time alone frees nothing."""
    state = LimitsState(failures_in_a_row=3)
    found = blocked(LIMITS, state, None, NOW)
    assert found is not None
    assert (found.reason, found.until) == ("RetrainStopped", None)
    assert is_stopped(LIMITS, state)
    assert 0 == reset(state).failures_in_a_row
    assert not is_stopped(LIMITS, LimitsState(failures_in_a_row=2))


def test_each_failure_counts_once() -> None:
    """As long as it can be seen, and not again."""
    state = counted(LimitsState(), ["refused:a", "failed:b"], None)
    state = counted(state, ["failed:b", "refused:a"], None)
    assert (state.failures_in_a_row, state.counted) == (2, ("failed:b", "refused:a"))
    assert counted(state, ["refused:c"], None).failures_in_a_row == 3


def test_a_promotion_resets_once() -> None:
    """The same bundle is one promotion, however long it serves."""
    state = counted(LimitsState(failures_in_a_row=2), [], digest("b"))
    assert state.failures_in_a_row == 0
    state = counted(state, ["failed:x"], digest("b"))
    assert state.failures_in_a_row == 1
    assert counted(state, [], None).promoted == digest("b")


def test_begins_are_remembered_for_a_day() -> None:
    """Older ones are forgotten, and of very many the first."""
    assert started(ONE_TODAY, NOW).started == (_ago(hours=2), NOW)
    assert started(LimitsState(started=(_ago(days=1),)), NOW).started == (NOW,)
    many = LimitsState(started=tuple(_ago(minutes=60 - n) for n in range(48)))
    assert [*many.started[1:], NOW] == list(started(many, NOW).started)


def test_of_very_many_failures_some_are_remembered() -> None:
    """The status is bounded."""
    state = counted(LimitsState(), [f"failed:{number:02}" for number in range(50)], None)
    assert (50, 40) == (state.failures_in_a_row, len(state.counted))
    assert ("failed:10", "failed:49") == (state.counted[0], state.counted[-1])
