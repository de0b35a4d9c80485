"""A query of the user, and when its value is good."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from trainyard.api.base import ApiModel, DecimalString, cel

Query = Annotated[str, StringConstraints(min_length=1, max_length=2048)]

_BOUNDS = (
    "!(has(self.min) && has(self.max)) || quantity(self.min).compareTo(quantity(self.max)) <= 0",
    "min must not be above max",
)


class PrometheusBounds(ApiModel):
    """A query and the range in which its value must be."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            ("has(self.min) || has(self.max)", "set min, max or both"),
            _BOUNDS,
        )
    )

    query: Query
    """PromQL that gives one number. $(revision), $(modeldeployment) and $(namespace) are filled
    in."""
    min: DecimalString | None = None
    """The smallest good value."""
    max: DecimalString | None = None
    """The largest good value."""
