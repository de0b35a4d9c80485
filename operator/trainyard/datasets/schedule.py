"""When is the next look by the clock?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from trainyard.api.v1alpha1.dataset import DatasetRefresh


class ScheduleInvalid(ValueError):
    """The cron expression or the time zone means nothing; the text says what to write."""


def next_slot(refresh: DatasetRefresh, after: datetime) -> datetime:
    """Return the first slot after that moment, in UTC. Raises ScheduleInvalid."""
    try:
        zone = UTC if refresh.time_zone in {"UTC", "Etc/UTC"} else ZoneInfo(refresh.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleInvalid(
            f"spec.refresh.timeZone: no time zone {refresh.time_zone!r} is known here; "
            "write one like Europe/Vienna"
        ) from error
    try:
        slot = next(CronSim(refresh.cron, after.astimezone(zone)))
    except (CronSimError, StopIteration) as error:
        raise ScheduleInvalid(
            f"spec.refresh.cron: {refresh.cron!r} never comes or is not a cron expression; "
            "write five fields like */15 * * * *"
        ) from error
    return slot.astimezone(UTC)


def planned_slot(refresh: DatasetRefresh, stored: datetime | None, now: datetime) -> datetime:
    """Return the slot that is waited for: the stored one while it is one of this schedule's.

    A stored slot that lies in the past is due; slots missed meanwhile are one look, not many.
    Raises ScheduleInvalid.
    """
    if stored is not None and next_slot(refresh, stored - timedelta(seconds=1)) == stored:
        return stored
    return next_slot(refresh, now)
