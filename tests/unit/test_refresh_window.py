"""When releases on newer images begin by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from trainyard.refresh_window import RefreshWindow

NIGHTLY = RefreshWindow(cron="0 3 * * *", time_zone="Europe/Vienna", seconds=7200)
OPENS = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
"""03:00 in Vienna, in winter."""


def test_without_a_cron_it_never_opens() -> None:
    """People ask for it."""
    assert RefreshWindow().turn_of("uid", OPENS) is None


@pytest.mark.parametrize(
    ("now", "day"),
    [
        pytest.param(OPENS - timedelta(hours=1), 0, id="before it opens: the coming one"),
        pytest.param(OPENS + timedelta(minutes=1), 0, id="while it is open: this one"),
        pytest.param(OPENS + timedelta(hours=3), 1, id="once it is over: the next day's"),
    ],
)
def test_the_turn_is_in_the_first_half_of_a_window(now: datetime, day: int) -> None:
    """So that there is time for it, and never all at once."""
    found = [NIGHTLY.turn_of(f"uid-{number}", now) for number in range(50)]
    opens = OPENS + timedelta(days=day)
    assert all(turn and opens <= turn < opens + timedelta(hours=1) for turn in found)
    assert len(set(found)) == 50
    assert found == [NIGHTLY.turn_of(f"uid-{number}", now) for number in range(50)]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"cron": "at night"}, id="no cron expression"),
        pytest.param({"timeZone": "Mars/Olympus"}, id="no time zone"),
        pytest.param({"seconds": 1}, id="too short for anything"),
        pytest.param({"hours": 2}, id="an unknown field"),
    ],
)
def test_a_window_that_means_nothing_is_refused(said: dict[str, object]) -> None:
    """When the operator starts."""
    with pytest.raises(ValidationError):
        RefreshWindow.model_validate(said)


def test_an_opening_in_an_hour_that_comes_twice_is_no_second_one() -> None:
    """It was at 02:30 summer time; in the hour after the window it is the next day's turn."""
    window = RefreshWindow(cron="30 2 * * *", time_zone="Europe/Vienna", seconds=60)
    turn = window.turn_of("uid", datetime(2026, 10, 25, 1, 10, tzinfo=UTC))
    assert turn is not None
    assert turn >= datetime(2026, 10, 26, 1, 30, tzinfo=UTC)
