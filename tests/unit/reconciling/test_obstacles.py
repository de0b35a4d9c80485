"""The shell's own conditions come and go without disturbing the slice's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from trainyard.reconciling.obstacles import ObstacleReason, carried_over, cleared, status_with

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
READY = {"type": "Ready", "status": "True", "reason": "Fine"}


def stored(*conditions: dict[str, Any], generation: int = 2) -> dict[str, Any]:
    """Return an object with these conditions."""
    return {"metadata": {"generation": generation}, "status": {"conditions": list(conditions)}}


def stalled() -> dict[str, Any]:
    """Return the condition that the shell sets."""
    (condition,) = status_with(stored(), ObstacleReason.CHILD_REFUSED, "no", NOW)["conditions"]
    return dict(condition)


def test_the_obstacle_stands_beside_the_other_conditions() -> None:
    """With reason, message, generation and time."""
    status = status_with(stored(READY), ObstacleReason.CHILD_REFUSED, "no such field", NOW)
    expected = {
        "type": "Stalled",
        "status": "True",
        "reason": "ChildRefused",
        "message": "no such field",
        "observedGeneration": 2,
        "lastTransitionTime": "2026-01-02T03:04:05Z",
    }
    assert {"conditions": [READY, expected], "observedGeneration": 2} == status


def test_the_same_obstacle_again_changes_nothing() -> None:
    """The time moves only with the status, so a settled obstacle is not written again."""
    first = status_with(stored(READY), ObstacleReason.CHILD_REFUSED, "no", NOW)
    later = NOW + timedelta(hours=1)
    raw = {"metadata": {"generation": 2}, "status": first}
    assert first == status_with(raw, ObstacleReason.CHILD_REFUSED, "no", later)


def test_conditions_that_somebody_garbled_do_not_keep_ours_out() -> None:
    """A status written by hand is no reason to say nothing."""
    status = status_with(stored({"status": 3}), ObstacleReason.SPEC_UNREADABLE, "bad", NOW)
    assert "Stalled" in [condition.get("type") for condition in status["conditions"]]


def test_an_obstacle_is_carried_over_until_the_deeds_are_done() -> None:
    """Otherwise each failing try would be two writes."""
    wanted = {"conditions": [READY], "color": "red"}
    assert {"conditions": [READY, stalled()], "color": "red"} == carried_over(
        stored(stalled()), wanted
    )


def test_a_condition_stalled_of_the_slice_comes_first() -> None:
    """The slice speaks of the same type: its word is newer."""
    own = {"type": "Stalled", "status": "True", "reason": "TooManyFailures"}
    assert {"conditions": [own]} == carried_over(stored(stalled()), {"conditions": [own]})


def test_clearing_takes_away_only_what_the_shell_set() -> None:
    """A slice's own `Stalled` stays."""
    own = {"type": "Stalled", "status": "True", "reason": "TooManyFailures"}
    assert {"conditions": [READY, own]} == cleared({"conditions": [READY, own, stalled()]})


def test_a_status_without_conditions_stays_without() -> None:
    """Nothing is written where nothing is to be said."""
    assert {} == cleared({})
    assert {"color": "red"} == carried_over({"metadata": {}}, {"color": "red"})
