"""Gates: what a version must fulfil; metrics and the direction in which they are better."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints

from trainyard.api.base import ApiModel, DecimalString, NameReference, cel

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
        "rmse",
        "mae",
        "mape",
        "median_absolute_error",
        "max_error",
    }
)
_KNOWN = ",".join(f"'{name}'" for name in sorted(HIGHER_IS_BETTER | LOWER_IS_BETTER))


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


class AgainstChampion(ApiModel):
    """A bound relative to the champion's own result on the same test rows."""

    max_regression: DecimalString = "0"
    """How much worse it may be, as a share of the champion's value: "0.02" is 2 %. Below zero:
    it must be better by that share."""
    model_deployment: NameReference | None = None
    """Whose stable version is the champion; absent: the only ModelDeployment that follows this
    TrainingJob."""


class Gate(ApiModel):
    """One thing that a version must fulfil."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "[has(self.min),has(self.max),has(self.againstChampion)].filter(x,x).size()==1",
                "give exactly one of min, max, againstChampion",
            ),
            (
                f"!has(self.againstChampion) || has(self.direction) || self.metric in [{_KNOWN}]",
                "a metric of your own needs direction: Higher or Lower",
            ),
        )
    )

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
    ]
    """The gate's name in reports."""
    metric: Annotated[
        str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    ]
    """Which metric on the test rows."""
    min: DecimalString | None = None
    """The smallest value that passes."""
    max: DecimalString | None = None
    """The largest value that passes."""
    against_champion: AgainstChampion | None = None
    """A bound relative to the champion."""
    direction: Literal["Higher", "Lower"] | None = None
    """In which direction a metric of your own is better."""


def kind_of(gate: Gate) -> GateKind:
    """Return the kind of the gate: the member that is set."""
    return GateKind.BOUND if gate.against_champion is None else GateKind.CHAMPION


def direction_of(gate: Gate) -> Direction:
    """Return the direction in which the gate's metric is better; higher where nothing says so."""
    if gate.direction is not None:
        return Direction(gate.direction)
    return Direction.LOWER if gate.metric in LOWER_IS_BETTER else Direction.HIGHER
