"""In which slice of the rows is a metric worst?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from trainer.grades.model_answers import ModelAnswers

MISSING = "(missing)"
MOST_SLICES = 1000
"""A column of more values is no column of slices."""

Side = Literal["Lowest", "Highest"]


@dataclass(frozen=True, slots=True)
class SliceFinding:
    """The slice that is worst, and how many were looked at."""

    slice: str
    value: float
    rows: int
    slices: int
    small: int
    """Slices of too few rows."""
    undefined: int
    """Slices for whose rows the metric is not defined."""


def worst_slice(
    metric: str, answers: ModelAnswers, values: Sequence[Any], side: Side, min_rows: int
) -> SliceFinding | str:
    """The slice in which the metric is lowest, or highest; or why there is none."""
    names = np.array([MISSING if value is None else str(value) for value in values], dtype=object)
    counted = dict(zip(*np.unique(names, return_counts=True), strict=True))
    large = sorted(name for name, rows in counted.items() if rows >= min_rows)
    if not large:
        return f"none of its {len(counted)} values has {min_rows} test rows"
    if len(large) > MOST_SLICES:
        return f"it has more than {MOST_SLICES} values: no column of slices"
    found = {name: _metric_of(metric, answers, names == name) for name in large}
    defined = {name: value for name, value in found.items() if value is not None}
    if not defined:
        return f"{metric} is defined in none of its {len(large)} slices"
    pick = min if side == "Lowest" else max
    worst = pick(defined, key=lambda name: defined[name])
    return SliceFinding(
        worst,
        defined[worst],
        int(counted[worst]),
        len(defined),
        len(counted) - len(large),
        len(large) - len(defined),
    )


def _metric_of(
    metric: str, answers: ModelAnswers, chosen: np.ndarray[Any, np.dtype[np.bool_]]
) -> float | None:
    return answers.at(np.flatnonzero(chosen)).metrics(metric).get(metric)
