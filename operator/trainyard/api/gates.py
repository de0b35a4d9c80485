"""Gates: what a version must fulfil; metrics and the direction in which they are better."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, DecimalString, NameReference, Quantity, cel
from trainyard.api.measures import MeasureKind, MeasureRequest

HIGHER_IS_BETTER = frozenset(
    {
        "accuracy",
        "balanced_accuracy",
        "precision",
        "recall",
        "f1",
        "roc_auc",
        "average_precision",
        "r2",
    }
)
LOWER_IS_BETTER = frozenset(
    {
        "log_loss",
        "brier_score",
        "calibration_error",
        "rmse",
        "mae",
        "mape",
        "median_absolute_error",
        "max_error",
    }
)
KNOWN_METRICS = tuple(sorted(HIGHER_IS_BETTER | LOWER_IS_BETTER))
"""The metrics that are measured of every model that gives what they need."""
_KNOWN = ",".join(f"'{name}'" for name in KNOWN_METRICS)


class Direction(StrEnum):
    """In which direction a metric is better."""

    HIGHER = "Higher"
    LOWER = "Lower"


class GateKind(StrEnum):
    """What a gate compares with."""

    BOUND = "Bound"
    """A fixed `min` or `max`."""
    CHAMPION = "Champion"
    """The champion's own result, by `againstChampion`."""
    SLICE = "Slice"
    """A fixed `min` or `max` in every slice of the rows."""
    FAIRNESS = "Fairness"
    """The largest difference between two slices."""
    LATENCY = "Latency"
    """How long an answer takes."""
    SIZE = "Size"
    """How many bytes the bundle has."""
    BEHAVIOUR = "Behaviour"
    """How it answers rows that are made for it."""


_ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=128)]
_Confidence = Annotated[int, Field(ge=50, le=99)]
_LeastRows = Annotated[int, Field(ge=1, le=1000000)]


class AgainstChampion(ApiModel):
    """A bound relative to the champion's own result on the same test rows."""

    max_regression: DecimalString = "0"
    """How much worse it may be, as a share of the champion's value: "0.02" is 2 %. Below zero:
    it must be better by that share."""
    confidence_percent: _Confidence | None = None
    """Chance is allowed for, row by row: the version is refused where the whole interval of this
    confidence lies beyond maxRegression. With 95 a version as good as the champion is refused in
    fewer than 3 of 100 cases. With maxRegression below zero the whole interval must be better by
    that share. Absent: the two values are compared as they are."""
    model_deployment: NameReference | None = None
    """Whose stable version is the champion; absent: the only ModelDeployment that follows this
    TrainingJob."""


class GateSlice(ApiModel):
    """Rows of each value of a column are measured for themselves, and the worst slice counts."""

    column: _ColumnName
    """A column with role Slice, or a feature. Rows without a value are a slice, too."""
    min_rows: _LeastRows = 50
    """Slices with fewer test rows are left out. Without any that has so many the gate fails."""


class FairnessGate(ApiModel):
    """The largest difference between the answers for two slices is not surely above `max`."""

    column: _ColumnName
    """A column with role Slice, or a feature."""
    measure: Literal["DemographicParityDifference", "EqualizedOddsDifference"] = (
        "DemographicParityDifference"
    )
    """DemographicParityDifference: how often a class is predicted. EqualizedOddsDifference: the
    same among the rows it is true of, and among the others."""
    max: DecimalString = "0.1"
    """The largest good difference between two slices."""
    confidence_percent: _Confidence = 95
    """Confidence of the interval, which must lie above max as a whole, for all pairs of slices
    together."""
    min_rows: _LeastRows = 50
    """Slices with fewer test rows are left out. Without two that have so many the gate fails."""


class LatencyGate(ApiModel):
    """Calls of the model, timed where it is trained: without network, server and other load."""

    rows: Annotated[int, Field(ge=1, le=512)] = 1
    """How many rows are asked at once."""
    percentile: Annotated[int, Field(ge=50, le=99)] = 99
    """Which percentile of the calls."""
    max_milliseconds: DecimalString
    """The longest that passes."""


class SizeGate(ApiModel):
    """The bundle that servers fetch and load."""

    max: Quantity
    """The largest that passes, e.g. `50Mi`."""


class BehaviourGate(ApiModel):
    """Answers to changed test rows and to cases of yours, as files `*.json` of a ConfigMap say.

    A changed ConfigMap counts for what is measured from then on; another name is measured at once.
    """

    config_map: NameReference
    """The ConfigMap."""


class Gate(ApiModel):
    """One thing that a version must fulfil."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                (
                    "[has(self.metric),has(self.fairness),has(self.latency),has(self.size),"
                    "has(self.behaviour)]"
                    ".filter(x,x).size()==1"
                ),
                "give exactly one of metric, fairness, latency, size, behaviour",
            ),
            (
                (
                    "[has(self.min),has(self.max),has(self.againstChampion)].filter(x,x).size()"
                    "==(has(self.metric) ? 1 : 0)"
                ),
                "give exactly one of min, max, againstChampion with a metric, and none without",
            ),
            (
                "!has(self.slice) || (has(self.metric) && !has(self.againstChampion))",
                "slice goes with a metric and min or max",
            ),
            (
                (
                    "!has(self.metric) || !has(self.againstChampion) || has(self.direction)"
                    f" || self.metric in [{_KNOWN}]"
                ),
                "a metric of your own needs direction: Higher or Lower",
            ),
            (
                (
                    "!has(self.metric) || !(has(self.slice) || (has(self.againstChampion)"
                    " && has(self.againstChampion.confidencePercent)))"
                    f" || self.metric in [{_KNOWN}]"
                ),
                (
                    "slice and confidencePercent need a built-in metric: your own is one number,"
                    " not one for each row"
                ),
            ),
        )
    )

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
    ]
    """The gate's name in reports."""
    metric: (
        Annotated[
            str,
            StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_]*$"),
        ]
        | None
    ) = None
    """Which metric on the test rows."""
    min: DecimalString | None = None
    """The smallest value that passes."""
    max: DecimalString | None = None
    """The largest value that passes."""
    against_champion: AgainstChampion | None = None
    """A bound relative to the champion."""
    direction: Literal["Higher", "Lower"] | None = None
    """In which direction a metric of your own is better."""
    slice: GateSlice | None = None
    """The bound holds in every slice of the test rows."""
    fairness: FairnessGate | None = None
    """A bound for the difference between slices."""
    latency: LatencyGate | None = None
    """A bound for the time that an answer takes."""
    size: SizeGate | None = None
    """A bound for the size of the bundle."""
    behaviour: BehaviourGate | None = None
    """What it must answer to rows that are made for it."""


def kind_of(gate: Gate) -> GateKind:
    """Return the kind of the gate: the member that is set."""
    by_member = {
        GateKind.FAIRNESS: gate.fairness,
        GateKind.LATENCY: gate.latency,
        GateKind.SIZE: gate.size,
        GateKind.BEHAVIOUR: gate.behaviour,
        GateKind.CHAMPION: gate.against_champion,
        GateKind.SLICE: gate.slice,
    }
    return next((kind for kind, member in by_member.items() if member), GateKind.BOUND)


def measure_of(gate: Gate) -> MeasureRequest | None:
    """Return what the gate needs to have measured beyond the metrics, if anything."""
    against, of, fair = gate.against_champion, gate.slice, gate.fairness
    if against is not None and against.confidence_percent is not None:
        sure = against.confidence_percent
        return MeasureRequest(kind=MeasureKind.PAIRED, metric=gate.metric, confidence_percent=sure)
    if of is not None:
        return MeasureRequest(
            kind=MeasureKind.SLICE,
            metric=gate.metric,
            side="Highest" if gate.min is None else "Lowest",
            min_rows=of.min_rows,
            column=of.column,
        )
    if fair is not None:
        return MeasureRequest(
            kind=MeasureKind.FAIRNESS,
            metric=fair.measure,
            min_rows=fair.min_rows,
            confidence_percent=fair.confidence_percent,
            column=fair.column,
        )
    if gate.latency is not None:
        rows, percentile = gate.latency.rows, gate.latency.percentile
        return MeasureRequest(kind=MeasureKind.LATENCY, rows=rows, percentile=percentile)
    if gate.behaviour is not None:
        name = gate.behaviour.config_map.name
        return MeasureRequest(kind=MeasureKind.BEHAVIOUR, config_map=name)
    return MeasureRequest(kind=MeasureKind.SIZE) if gate.size is not None else None


def measures_of(gates: Iterable[Gate]) -> tuple[MeasureRequest, ...]:
    """Return all that the gates need to have measured, each once."""
    asked = (measure_of(gate) for gate in gates)
    return tuple(dict.fromkeys(request for request in asked if request is not None))


def direction_of(gate: Gate) -> Direction:
    """Return the direction in which the gate's metric is better; higher where nothing says so."""
    if gate.direction is not None:
        return Direction(gate.direction)
    return Direction.LOWER if gate.metric in LOWER_IS_BETTER else Direction.HIGHER
