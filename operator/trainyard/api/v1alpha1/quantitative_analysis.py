"""What a model card shows beyond the metrics; every bound holds with 95 %."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel
from trainyard.api.v1alpha1.task import ShortText

NumberText = Annotated[str, StringConstraints(max_length=32)]


class ColumnImportance(ApiModel):
    """What it costs to shuffle a column."""

    name: ShortText
    """The column."""
    value: NumberText
    """How much larger the loss is."""
    low: NumberText
    """Its lower bound."""
    high: NumberText
    """Its upper bound."""


class Importance(ApiModel):
    """Permutation importance on test rows."""

    loss: ShortText = ""
    """What grows: the Brier score, the share of wrong answers, or the squared error over the
    variance."""
    base: NumberText = ""
    """The loss with all columns as they are."""
    rows: int = 0
    """On how many test rows; of many, a sample by the seed."""
    shuffles: int = 0
    """How often each column was shuffled."""
    evaluated_columns: int = 0
    """How many columns were shuffled."""
    total_columns: int = 0
    """How many columns the model has."""
    columns: Annotated[tuple[ColumnImportance, ...], Field(max_length=10)] = ()
    """The most important ones, most first; `about/quantitative-analysis.json` beside the bundle has
    all that were looked at."""
    why: ShortText = ""
    """Why there are not all columns, or none."""


class SliceResult(ApiModel):
    """How good the answers to the rows of a slice are."""

    column: ShortText
    """A column with the role Slice."""
    slice: ShortText
    """One of its values."""
    metric: ShortText
    """accuracy, or mae."""
    value: NumberText
    """What it reached."""
    low: NumberText
    """Its lower bound."""
    high: NumberText
    """Its upper bound."""
    rows: int
    """Test rows of the slice."""


class FairnessResult(ApiModel):
    """The largest difference between the answers for two slices."""

    column: ShortText
    """A column with the role Slice."""
    measure: ShortText
    """DemographicParityDifference or EqualizedOddsDifference."""
    value: NumberText
    """The difference."""
    low: NumberText
    """Its lower bound, for all pairs together."""
    high: NumberText
    """Its upper bound."""
    between: ShortText = ""
    """Which two slices."""


class CalibrationBin(ApiModel):
    """How often came true what was predicted with about this probability."""

    predicted: NumberText
    """The mean predicted probability."""
    value: NumberText
    """The share that came true."""
    low: NumberText
    """Its lower bound."""
    high: NumberText
    """Its upper bound."""
    rows: int
    """Test rows of the bin."""


class QuantitativeAnalysis(ApiModel):
    """What was found on the test rows, as far as it fits; the bundle's `about/` has the whole."""

    importance: Importance | None = None
    """What each column is worth to the model."""
    slices: Annotated[tuple[SliceResult, ...], Field(max_length=12)] = ()
    """The worst slices of each column with the role Slice."""
    fairness: Annotated[tuple[FairnessResult, ...], Field(max_length=4)] = ()
    """How differently groups are answered."""
    calibration: Annotated[tuple[CalibrationBin, ...], Field(max_length=10)] = ()
    """Bins of equally many rows, by rising probability."""
