"""When may the operator release installed images by itself?"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import ConfigDict, Field, field_validator

from trainyard.api.base import ApiModel


class RefreshWindow(ApiModel):
    """The time in which releases on newer images begin; TRAINYARD_REFRESH_WINDOW holds it as JSON.

    Models begin one after the other: each waits for its own share of the first half.
    """

    model_config = ConfigDict(extra="forbid")

    cron: str = ""
    """When it opens, as five fields; empty: never, people ask for it."""
    time_zone: str = "Etc/UTC"
    """In which the fields are meant."""
    seconds: Annotated[int, Field(ge=60, le=604800)] = 7200
    """How long it is open."""

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, cron: str) -> str:
        try:
            if cron:
                CronSim(cron, datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError as fault:
            raise ValueError(f"{fault}: write five fields like 0 3 * * *") from fault
        return cron

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as fault:
            raise ValueError("no such time zone: write one like Europe/Vienna") from fault
        return name

    def turn_of(self, uid: str, now: datetime) -> datetime | None:
        """Return when it is the object's turn: now or before while it may begin, else later.

        None: never.
        """
        if not self.cron:
            return None
        length = timedelta(seconds=self.seconds)
        since = now - length
        openings = CronSim(self.cron, since.astimezone(ZoneInfo(self.time_zone)))
        try:
            # Where an hour comes twice, the iterator may begin with an opening of its first time.
            opening = next(at for at in openings if at.astimezone(UTC) > since)
            return opening.astimezone(UTC) + length * _share(uid)
        except StopIteration:
            return None


def _share(uid: str) -> float:
    """Return a number from 0 up to a half, always the same for the same object."""
    return int(hashlib.sha256(uid.encode()).hexdigest()[:8], 16) / 2**33
