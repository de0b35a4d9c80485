"""What may gates want to know of a version beyond its metrics? The result names each by its key."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from trainer.tasks.task_parts import Document, Text

Key = Annotated[str, StringConstraints(min_length=1, max_length=320)]
Confidence = Annotated[int, Field(ge=50, le=99)]
LeastRows = Annotated[int, Field(ge=1)]


class SliceMeasure(Document):
    """A metric in the slice where it is lowest, or highest."""

    kind: Literal["Slice"]
    key: Key
    metric: Text
    column: Text
    side: Literal["Lowest", "Highest"]
    min_rows: LeastRows


class FairnessMeasure(Document):
    """The largest difference between the answers for two slices."""

    kind: Literal["Fairness"]
    key: Key
    metric: Literal["DemographicParityDifference", "EqualizedOddsDifference"]
    column: Text
    min_rows: LeastRows
    confidence_percent: Confidence


class PairedMeasure(Document):
    """How much higher a metric is than the champion's, with bounds by comparing row by row."""

    kind: Literal["Paired"]
    key: Key
    metric: Text
    confidence_percent: Confidence


class LatencyMeasure(Document):
    """How many milliseconds a call with so many rows takes."""

    kind: Literal["Latency"]
    key: Key
    rows: Annotated[int, Field(ge=1, le=512)]
    percentile: Annotated[int, Field(ge=50, le=99)]


class SizeMeasure(Document):
    """How many bytes the bundle has."""

    kind: Literal["Size"]
    key: Key


class BehaviourMeasure(Document):
    """How the model answers rows that are made for it, as a mounted ConfigMap says."""

    kind: Literal["Behaviour"]
    key: Key
    config_map: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]


Measure = Annotated[
    SliceMeasure
    | FairnessMeasure
    | PairedMeasure
    | LatencyMeasure
    | SizeMeasure
    | BehaviourMeasure,
    Field(discriminator="kind"),
]
