"""A decision in the making."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders_training import NOW

from trainyard.api.base import KindStatus
from trainyard.objects import ObjectRef
from trainyard.reconciling.plan import Action, Apply, Create, Delete, EventType
from trainyard.reconciling.turn import Turn


def _turn() -> Turn[KindStatus]:
    return Turn(status=KindStatus(), now=NOW)


def test_a_note_is_one_event_and_one_history_entry() -> None:
    """Both have the same words."""
    plan = _turn().noted("Why", "because of 3 > 2", warning=True).plan()
    (event,) = plan.events
    assert plan.status is not None
    (entry,) = plan.status.history
    assert (event.type, event.reason) == (EventType.WARNING, "Why")
    assert (entry.at, entry.reason, entry.message) == (NOW, event.reason, event.message)


def test_the_same_sentence_is_noted_once() -> None:
    """As long as the history still holds it."""
    turn = _turn().noted_once("Why", "because").noted_once("Why", "because")
    assert len(turn.events) == 1


def test_the_history_keeps_the_newest_twenty() -> None:
    """Statuses are bounded."""
    turn = _turn()
    for number in range(25):
        turn = turn.noted("Why", str(number))
    assert [entry.message for entry in turn.status.history] == [str(n) for n in range(5, 25)]


def test_the_earliest_moment_counts() -> None:
    """And never less than a second, so that a clock behind does not spin."""
    turn = _turn().again_at(NOW + timedelta(seconds=60)).again_at(None)
    assert turn.again_at(NOW + timedelta(seconds=30)).plan().again_after == timedelta(seconds=30)
    assert turn.again_at(NOW - timedelta(seconds=9)).plan().again_after == timedelta(seconds=1)
    assert _turn().plan().again_after is None


@pytest.mark.parametrize(
    ("action", "live"),
    [
        pytest.param(Create({}), True, id="what creates is confirmed"),
        pytest.param(Delete(ObjectRef("Job", "team", "a")), True, id="what deletes is confirmed"),
        pytest.param(Apply({}), False, id="what applies is not"),
    ],
)
def test_deeds_that_cannot_be_taken_back_are_confirmed_live(action: Action, live: bool) -> None:
    """A cache may be behind."""
    assert live == _turn().doing(action).plan().confirm_live
