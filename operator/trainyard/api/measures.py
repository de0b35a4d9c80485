"""What a gate needs to have measured beyond the metrics, and what was measured."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel

_Text = Annotated[str, StringConstraints(max_length=256)]
_Number = Annotated[str, StringConstraints(max_length=32)]
_Key = Annotated[str, StringConstraints(max_length=320)]


class MeasureKind(StrEnum):
    """What is measured."""

    SLICE = "Slice"
    """A metric in the slice where it is lowest, or highest."""
    FAIRNESS = "Fairness"
    """The largest difference between two slices."""
    PAIRED = "Paired"
    """The difference to the champion, row by row."""
    LATENCY = "Latency"
    """How long an answer takes."""
    SIZE = "Size"
    """How many bytes the bundle has."""
    BEHAVIOUR = "Behaviour"
    """How the model answers rows that are made for it."""


class MeasureRequest(ApiModel):
    """What is to be measured on the test rows; fields that its kind has no use for are absent."""

    kind: MeasureKind
    """What is measured."""
    metric: _Text | None = None
    """Which metric, or which measure of fairness."""
    side: _Text | None = None
    """Lowest or Highest: which slice counts."""
    min_rows: int | None = None
    """A slice of fewer rows is left out."""
    confidence_percent: int | None = None
    """How sure it is that both bounds enclose the true value."""
    rows: int | None = None
    """How many rows are asked at once."""
    percentile: int | None = None
    """Which percentile of the calls."""
    config_map: _Text | None = None
    """Which ConfigMap holds the behaviours."""
    column: _Text | None = None
    """Whose values are the slices."""

    @property
    def key(self) -> str:
        """Return the name under which what was measured is kept: all that was asked."""
        parts = self.model_dump(mode="json", exclude_none=True)
        return ":".join(str(part) for part in parts.values())

    def document(self) -> dict[str, object]:
        """Return the request as the training image reads it."""
        return {"key": self.key, **self.to_api()}


class Measured(ApiModel):
    """What was measured."""

    value: _Number = ""
    """The number; absent where `why` says why there is none."""
    low: _Number = ""
    """Its lower bound."""
    high: _Number = ""
    """Its upper bound."""
    rows: int = 0
    """On how many rows."""
    of: _Text = ""
    """Of which slice, or between which two."""
    note: _Text = ""
    """What was left out."""
    why: _Text = ""
    """Why there is no number."""


Measures = Annotated[dict[_Key, Measured], Field(max_length=16)]
