"""Conditions move only when the answer does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest

from trainyard.api.base import Condition
from trainyard.conditions import (
    COLUMN_LIMIT,
    MESSAGE_LIMIT,
    Finding,
    get_condition,
    in_column,
    is_true,
    merge_conditions,
    shorten,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


class Reason(StrEnum):
    """Why."""

    GOOD = "Good"
    BETTER = "Better"


GOOD = Finding("Ready", status=True, reason=Reason.GOOD, message="fine")
BEFORE = merge_conditions((), (GOOD,), generation=1, now=NOW)


@pytest.mark.parametrize(
    ("finding", "since"),
    [
        pytest.param(GOOD, NOW, id="the same answer"),
        pytest.param(
            Finding("Ready", status=True, reason=Reason.BETTER, message="x"),
            NOW,
            id="another reason for the same answer",
        ),
        pytest.param(
            Finding("Ready", status=False, reason=Reason.GOOD), LATER, id="another answer"
        ),
        pytest.param(Finding("Ready", status=None, reason=Reason.GOOD), LATER, id="no answer"),
    ],
)
def test_the_time_moves_only_with_the_status(finding: Finding, since: datetime) -> None:
    """What tools show as "since" is since the answer is what it is."""
    (condition,) = merge_conditions(BEFORE, (finding,), generation=2, now=LATER)
    assert (since, 2) == (condition.last_transition_time, condition.observed_generation)


def test_the_same_finding_is_the_same_condition() -> None:
    """A settled status is not written again."""
    assert BEFORE == merge_conditions(BEFORE, (GOOD,), generation=1, now=LATER)


def test_a_type_that_is_not_found_any_more_is_dropped() -> None:
    """`Reconciling` and `Stalled` exist only while they are true."""
    assert () == merge_conditions(BEFORE, (), generation=1, now=LATER)


@pytest.mark.parametrize(
    ("status", "word", "true"),
    [
        pytest.param(True, "True", True, id="yes"),
        pytest.param(False, "False", False, id="no"),
        pytest.param(None, "Unknown", False, id="unknown"),
    ],
)
def test_three_answers(*, status: bool | None, word: str, true: bool) -> None:
    """Unknown is neither yes nor no."""
    found = merge_conditions(
        (), (Finding("Ready", status=status, reason=Reason.GOOD),), generation=1, now=NOW
    )
    condition = get_condition(found, "Ready")
    assert isinstance(condition, Condition)
    assert (word, true) == (condition.status, is_true(found, "Ready"))


def test_a_condition_that_is_not_there_is_not_true() -> None:
    """Nothing was found."""
    assert get_condition((), "Ready") is None
    assert not is_true((), "Ready")


def test_long_messages_are_cut_and_say_so() -> None:
    """Statuses stay small."""
    cut = shorten("x" * 5000)
    assert MESSAGE_LIMIT == len(cut)
    assert cut.endswith("…")
    assert "short" == shorten("short")


def test_a_column_shows_one_line() -> None:
    """Long texts would push the other columns away; line breaks would tear the table."""
    assert "a b" == in_column("a\n b")
    assert f"sha256:{'a' * 12}…, not sha256:{'b' * 12}…" == in_column(
        f"sha256:{'a' * 64}, not sha256:{'b' * 64}"
    )
    assert (COLUMN_LIMIT, "…") == (len(in_column("x " * 500)), in_column("x " * 500)[-1])
