"""When something happens by the clock."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from trainyard.api.base import ApiModel


class Schedule(ApiModel):
    """Times by the clock; of those missed meanwhile one is made up for."""

    cron: Annotated[str, StringConstraints(min_length=9, max_length=128)]
    """Five cron fields, e.g. `*/15 * * * *`. Where an hour comes twice, as clocks go back, a time
    of day is a slot the first time only; one that is left out, as they go forward, comes right
    after."""
    time_zone: Annotated[str, StringConstraints(min_length=1, max_length=64)] = "Etc/UTC"
    """The time zone of the cron fields."""
