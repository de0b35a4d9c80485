"""Columns in the bins of the reference profile: what a model server shows of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from trainyard.model_deployments.analysis.samples import Sample

FEATURES = "trainyard_feature_bin"
PREDICTIONS = "trainyard_prediction_bin"
NOT_COUNTED = "trainyard_features_not_counted"
LIVE_METRICS = (f"{FEATURES}_total", f"{PREDICTIONS}_total")
REFERENCE_METRICS = (f"{FEATURES}_reference", f"{PREDICTIONS}_reference", NOT_COUNTED)
OF_FEATURE, OF_PREDICTION = "feature", "output"
"""Labels with the name of the column."""


class ColumnKey(NamedTuple):
    """A feature or a prediction; both may have the same name.

    A tuple, for hundreds of them are compared at every look, which plain classes do in Python.
    """

    prediction: bool
    name: str


BinCounts = Mapping[tuple[ColumnKey, str], int]
"""Live values by column and bin."""


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of the reference profile."""

    label: str
    """Its place among the counts, or `missing`."""
    holds: str
    """Its bounds, or its text."""
    count: int
    """Values of the reference."""


@dataclass(frozen=True, slots=True)
class ReferenceProfile:
    """What the values looked like that the model was trained on."""

    columns: Mapping[ColumnKey, tuple[Bin, ...]] = field(default_factory=dict)
    not_counted: int = 0
    """Features that the server leaves out."""


@dataclass(frozen=True, slots=True)
class BinWindow:
    """A stretch of time whose live values are wanted; they are added up at every look."""

    since: datetime | None
    """None: only look where the counters stand."""
    until: datetime
    step: timedelta
    """How often to look meanwhile."""


@dataclass(frozen=True, slots=True)
class BinReading:
    """What was counted in a window that is over, beside the reference."""

    reference: ReferenceProfile
    live: BinCounts
    why: str = ""
    """Why nothing can be compared; empty where it can."""


def column_of(labels: Mapping[str, str]) -> ColumnKey:
    """Return the column that a series is about."""
    if OF_PREDICTION in labels:
        return ColumnKey(prediction=True, name=labels[OF_PREDICTION])
    return ColumnKey(prediction=False, name=labels.get(OF_FEATURE, ""))


def live_counts(samples: Iterable[Sample]) -> dict[tuple[ColumnKey, str], int]:
    """Return the counters of one server; what is no count there is none."""
    found = (s for s in samples if s.name in LIVE_METRICS and math.isfinite(s.value))
    return {(column_of(s.labels), s.labels.get("bin", "")): round(s.value) for s in found}


def reference_profile(samples: Iterable[Sample]) -> ReferenceProfile:
    """Return the reference that one server shows."""
    columns: dict[ColumnKey, list[Bin]] = {}
    not_counted = 0
    for sample in samples:
        if not math.isfinite(sample.value):
            continue
        if sample.name == NOT_COUNTED:
            not_counted = round(sample.value)
        elif sample.name in REFERENCE_METRICS:
            labels = sample.labels
            new = Bin(labels.get("bin", ""), labels.get("holds", ""), round(sample.value))
            columns.setdefault(column_of(labels), []).append(new)
    return ReferenceProfile({key: tuple(bins) for key, bins in columns.items()}, not_counted)


def rows_of(counts: BinCounts) -> int:
    """Return how many rows were counted: every row is in one bin of every column."""
    by_column: dict[ColumnKey, int] = {}
    for (column, _), count in counts.items():
        by_column[column] = by_column.get(column, 0) + count
    return max(by_column.values(), default=0)
