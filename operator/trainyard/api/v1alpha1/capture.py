"""The part of a ModelDeployment that says which live requests are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel, Percent, cel
from trainyard.api.pod_settings import ResourceAmounts


class CaptureSpec(ApiModel):
    """Requests are drawn by their ids and stored with their answers; a change is a new revision.

    An answer never waits for it: what cannot be stored in time is dropped and counted.
    """

    sampled_percent: Annotated[
        Percent,
        Field(
            json_schema_extra=cel(
                (
                    (
                        "type(self) == int ? self >= 1 && self <= 100 : isQuantity(self) && "
                        "quantity(self).compareTo(quantity('0')) > 0 && "
                        "quantity(self).compareTo(quantity('100')) <= 0"
                    ),
                    "must be above 0 and at most 100",
                )
            )
        ),
    ] = "10"
    """How many of the requests are kept."""
    exclude: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=253)], ...],
        Field(max_length=64),
    ] = ()
    """Columns of the input that never leave the model server."""
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """After so many days captured rows are removed. Labels that come later find them no more."""
    resources: ResourceAmounts = ResourceAmounts()
    """Requests and limits of the container `collector`; what is not named has the installation's
    defaults."""
