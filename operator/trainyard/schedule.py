"""When is the next slot of a schedule?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from trainyard.api.v1alpha1.schedule import Schedule


class ScheduleInvalid(ValueError):
    """The cron expression or the time zone means nothing; the text says what to write."""


def next_slot(schedule: Schedule, after: datetime, field: str) -> datetime:
    """Return the first slot after that moment, in UTC.

    Of an hour that comes twice a time of day counts the first time only, what comes every few
    minutes or every hour counts both times. Raises ScheduleInvalid; `field` is where the schedule
    stands, for its text.
    """
    try:
        zone = UTC if schedule.time_zone in {"UTC", "Etc/UTC"} else ZoneInfo(schedule.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleInvalid(
            f"{field}.timeZone: no time zone {schedule.time_zone!r} is known here; "
            "write one like Europe/Vienna"
        ) from error
    try:
        slots = (slot.astimezone(UTC) for slot in CronSim(schedule.cron, after.astimezone(zone)))
        # Asked within such an hour's second time, the iterator begins with slots of its first.
        return next(slot for slot in slots if slot > after)
    except (CronSimError, StopIteration) as error:
        raise ScheduleInvalid(
            f"{field}.cron: {schedule.cron!r} never comes or is not a cron expression; "
            "write five fields like */15 * * * *"
        ) from error


def planned_slot(
    schedule: Schedule, stored: datetime | None, now: datetime, field: str
) -> datetime:
    """Return the slot that is waited for: the stored one while it is one of this schedule's.

    A stored slot that lies in the past is due; slots missed meanwhile are one, not many. One that
    lies behind the next two was written while the clock was ahead, and is not waited for.
    Raises ScheduleInvalid.
    """
    coming = next_slot(schedule, now, field)
    if stored is None or stored > next_slot(schedule, coming, field):
        return coming
    is_ours = next_slot(schedule, stored - timedelta(seconds=1), field) == stored
    return stored if is_ours else coming
