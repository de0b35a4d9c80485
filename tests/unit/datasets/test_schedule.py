"""When the next look by the clock is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders_training import NOW

from trainyard.api.v1alpha1.dataset import DatasetRefresh
from trainyard.datasets.schedule import ScheduleInvalid, next_slot, planned_slot

QUARTERS = DatasetRefresh(cron="*/15 * * * *")


def _at(hour: int, minute: int, day: int = 4) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("refresh", "expected"),
    [
        pytest.param(QUARTERS, _at(12, 15), id="the next quarter of an hour"),
        pytest.param(
            DatasetRefresh(cron="0 3 * * *", time_zone="Europe/Vienna"),
            _at(1, 0, day=5),
            id="three at night in Vienna is one in UTC in summer",
        ),
    ],
)
def test_the_next_slot_is_told_in_utc(refresh: DatasetRefresh, expected: datetime) -> None:
    """Time zones are those of the cron fields."""
    assert expected == next_slot(refresh, NOW)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param(None, _at(12, 15), id="nothing stored: the next one"),
        pytest.param(_at(12, 30), _at(12, 30), id="a stored slot to come is kept"),
        pytest.param(_at(9, 15), _at(9, 15), id="a stored slot in the past is due"),
        pytest.param(_at(9, 7), _at(12, 15), id="a slot of another schedule is dropped"),
    ],
)
def test_the_planned_slot(stored: datetime | None, expected: datetime) -> None:
    """The status remembers the slot, so that a restart misses none."""
    assert expected == planned_slot(QUARTERS, stored, NOW)


@pytest.mark.parametrize(
    ("refresh", "field"),
    [
        pytest.param(DatasetRefresh(cron="61 * * * *"), "spec.refresh.cron", id="no such minute"),
        pytest.param(DatasetRefresh(cron="0 0 30 2 *"), "spec.refresh.cron", id="never"),
        pytest.param(
            DatasetRefresh(cron="0 0 1 * *", time_zone="Mars/Olympus"),
            "spec.refresh.timeZone",
            id="no such time zone",
        ),
    ],
)
def test_a_schedule_that_means_nothing_names_its_field(refresh: DatasetRefresh, field: str) -> None:
    """And says what to write instead."""
    with pytest.raises(ScheduleInvalid, match=f"^{field}: .*; write "):
        next_slot(refresh, NOW)
