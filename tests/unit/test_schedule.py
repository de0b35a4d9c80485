"""When the next refresh by the clock is."""

from __future__ import annotations

import sys
import time
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from builders_training import NOW

from trainyard.api.v1alpha1.schedule import Schedule
from trainyard.schedule import ScheduleInvalid, next_slot, planned_slot

QUARTERS = Schedule(cron="*/15 * * * *")


def _at(hour: int, minute: int, day: int = 4) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("refresh", "expected"),
    [
        pytest.param(QUARTERS, _at(12, 15), id="the next quarter of an hour"),
        pytest.param(
            Schedule(cron="0 3 * * *", time_zone="Europe/Vienna"),
            _at(1, 0, day=5),
            id="three at night in Vienna is one in UTC in summer",
        ),
    ],
)
def test_the_next_slot_is_told_in_utc(
    refresh: Schedule, expected: datetime, somewhere_else: None
) -> None:
    """Time zones are those of the cron fields, and not that of the machine."""
    found = next_slot(refresh, NOW, "spec.refresh")
    assert (expected, UTC) == (found, found.tzinfo)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(datetime(2026, 3, 28, 20, tzinfo=UTC), "29 01:00", id="half past two is none"),
        pytest.param(datetime(2026, 10, 24, 20, tzinfo=UTC), "25 00:30", id="and then twice"),
    ],
)
def test_a_night_with_a_change_of_time_has_one_slot(day: datetime, expected: str) -> None:
    """One that is left out comes right after the gap."""
    schedule = Schedule(cron="30 2 * * *", time_zone="Europe/Vienna")
    slot = next_slot(schedule, day, "spec")
    assert expected == f"{slot:%d %H:%M}"
    assert f"{slot + timedelta(days=1):%d}" == f"{next_slot(schedule, slot, 'spec'):%d}"


@pytest.mark.parametrize(
    ("zone", "cron", "before", "expected"),
    [
        pytest.param(zone, cron, before, expected, id=f"{zone}: {cron}")
        for zone, cron, before, expected in (
            ("Europe/Vienna", "30 2 * * *", "2026-10-24 20:00", "25 00:30, 26 01:30"),
            ("Europe/Vienna", "0 3 * * *", "2026-10-24 20:00", "25 02:00, 26 02:00"),
            ("Europe/Vienna", "*/30 2 * * *", "2026-10-24 23:00", "25 00:00, 25 00:30, 25 01:00"),
            ("Europe/Vienna", "30 * * * *", "2026-10-24 23:00", "24 23:30, 25 00:30, 25 01:30"),
            ("Europe/Vienna", "30 2 * * *", "2026-03-28 20:00", "29 01:00, 30 00:30"),
            ("America/New_York", "30 1 * * *", "2026-10-31 20:00", "01 05:30, 02 06:30"),
            ("America/Havana", "30 0 * * *", "2026-10-31 20:00", "01 04:30, 02 05:30"),
            ("Australia/Lord_Howe", "45 1 * * *", "2026-04-04 08:00", "04 14:45, 05 15:15"),
            ("Africa/Cairo", "30 23 * * *", "2026-10-29 12:00", "29 20:30, 30 21:30"),
            ("Asia/Kathmandu", "30 2 * * *", "2026-10-24 12:00", "24 20:45, 25 20:45"),
        )
    ],
)
def test_whenever_it_is_asked_the_slots_of_a_changed_night_are_the_same(
    zone: str, cron: str, before: str, expected: str
) -> None:
    """Also within the hour that comes twice: a restart there repeats no slot."""
    schedule = Schedule(cron=cron, time_zone=zone)
    start = datetime.fromisoformat(before).replace(tzinfo=UTC)
    slots = [next_slot(schedule, start, "spec")]
    for _ in expected.split(", ")[1:]:
        slots.append(next_slot(schedule, slots[-1], "spec"))
    assert expected == ", ".join(f"{slot:%d %H:%M}" for slot in slots)
    moment = start
    while moment < slots[-1]:
        coming = next(slot for slot in slots if slot > moment)
        assert coming == next_slot(schedule, moment, "spec"), f"asked at {moment}"
        moment += timedelta(minutes=25)


def test_a_slot_that_was_due_late_is_not_due_again_in_the_second_hour() -> None:
    """The operator was away from half past one until the hour had begun again."""
    schedule = Schedule(cron="30 2 * * *", time_zone="Europe/Vienna")
    slot = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    late = datetime(2026, 10, 25, 1, 5, tzinfo=UTC)
    assert slot == planned_slot(schedule, slot, late, "spec")
    upcoming = next_slot(schedule, late, "spec")
    assert slot + timedelta(hours=25) == planned_slot(schedule, upcoming, late, "spec")


@pytest.fixture
def somewhere_else(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the machine stand in Tokyo."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_utc_needs_no_table_of_time_zones(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small image has none, neither as files nor as a package."""
    for package in ("tzdata", "tzdata.zoneinfo", "tzdata.zoneinfo.Etc"):
        monkeypatch.setitem(sys.modules, package, None)
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    try:
        schedule = Schedule(cron="*/15 * * * *", time_zone=zone)
        assert _at(12, 15) == next_slot(schedule, NOW, "spec.refresh")
    finally:
        zoneinfo.reset_tzpath()


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param(None, _at(12, 15), id="nothing stored: the next one"),
        pytest.param(_at(12, 30), _at(12, 30), id="a stored slot to come is kept"),
        pytest.param(_at(9, 15), _at(9, 15), id="a stored slot in the past is due"),
        pytest.param(_at(9, 7), _at(12, 15), id="a slot of another schedule is dropped"),
        pytest.param(
            _at(12, 30, day=9), _at(12, 15), id="the clock was five days ahead: the coming one"
        ),
        pytest.param(
            _at(12, 30), _at(12, 30), id="it was seconds ahead: this slot had its run already"
        ),
    ],
)
def test_the_planned_slot(stored: datetime | None, expected: datetime) -> None:
    """The status remembers the slot, so that a restart misses none."""
    assert expected == planned_slot(QUARTERS, stored, NOW, "spec.refresh")


@pytest.mark.parametrize(
    ("refresh", "message"),
    [
        pytest.param(
            Schedule(cron="61 * * * *"),
            "spec.refresh.cron: '61 * * * *' never comes or is not a cron expression; "
            "write five fields like */15 * * * *",
            id="no such minute",
        ),
        pytest.param(
            Schedule(cron="0 0 30 2 *"),
            "spec.refresh.cron: '0 0 30 2 *' never comes or is not a cron expression; "
            "write five fields like */15 * * * *",
            id="never",
        ),
        pytest.param(
            Schedule(cron="0 0 1 * *", time_zone="Mars/Olympus"),
            "spec.refresh.timeZone: no time zone 'Mars/Olympus' is known here; "
            "write one like Europe/Vienna",
            id="no such time zone",
        ),
    ],
)
def test_a_schedule_that_means_nothing_names_its_field(refresh: Schedule, message: str) -> None:
    """And says what to write instead."""
    with pytest.raises(ScheduleInvalid) as refused:
        next_slot(refresh, NOW, "spec.refresh")
    assert message == str(refused.value)
    for stored in (None, NOW):
        with pytest.raises(ScheduleInvalid) as refused:
            planned_slot(refresh, stored, NOW, "spec.refresh")
        assert message == str(refused.value)


@pytest.mark.parametrize(
    ("after", "slots"),
    [
        pytest.param(
            datetime(2026, 3, 28, 12, tzinfo=UTC),
            ["2026-03-29T01:00:00+00:00", "2026-03-30T00:30:00+00:00"],
            id="half past two in the night that has none: when clocks have moved",
        ),
        pytest.param(
            datetime(2026, 10, 24, 12, tzinfo=UTC),
            ["2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"],
            id="half past two in the night that has it twice: the first",
        ),
    ],
)
def test_each_night_has_one_slot_when_clocks_change(after: datetime, slots: list[str]) -> None:
    """In Vienna clocks go forward on 29 March and back on 25 October 2026."""
    nightly = Schedule(cron="30 2 * * *", time_zone="Europe/Vienna")
    found = []
    for _ in slots:
        after = next_slot(nightly, after, "spec.refresh")
        found.append(after.isoformat())
    assert slots == found
