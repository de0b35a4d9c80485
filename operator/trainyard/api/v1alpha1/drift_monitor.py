"""The part of a ModelDeployment that says when live values count as drift."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel, DecimalString, cel


class DriftMonitor(ApiModel):
    """Live values of features and predictions beside those that the model was trained on."""

    window_seconds: Annotated[int, Field(ge=10, le=2592000)] = 86400
    """How long live values are counted before they are compared. A day holds all its hours."""
    min_rows: Annotated[int, Field(ge=50, le=100000000)] = 500
    """With fewer counted rows in a window there is no evidence."""
    min_effect: Annotated[
        DecimalString,
        Field(
            json_schema_extra=cel(
                ("quantity(self).compareTo(quantity('0')) >= 0", "must not be negative")
            )
        ),
    ] = "0.1"
    """The smallest population stability index, beyond what chance alone gives, that counts. Half a
    standard deviation is 0.24; a flag that goes from 5 % to 20 % is 0.23."""
    windows: Annotated[int, Field(ge=1, le=10)] = 2
    """A column must drift in this many windows in a row to raise the signal Drift; as many good
    ones take it back."""
    ignore: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=253)], ...],
        Field(max_length=64),
    ] = ()
    """Columns that may drift: those that follow the calendar, for instance."""
