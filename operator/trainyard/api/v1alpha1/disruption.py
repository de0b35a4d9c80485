"""How many pods may be away at a time?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel

PodCount = (
    Annotated[int, Field(ge=1, le=1000)]
    | Annotated[str, StringConstraints(pattern=r"^(100|[1-9][0-9]?)%$", max_length=4)]
)


class DisruptionBudget(ApiModel):
    """What evictions leave alone: of model servers and routers together."""

    max_unavailable: PodCount = 1
    """At most so many pods are away at a time, as a number or a percentage."""
