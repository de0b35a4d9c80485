"""How good are the answers in each slice of the rows, and how surely is that known?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from trainer.grades.live_quality import Estimate, share
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.slices import MISSING

ERROR = 0.025
"""The chance of a wrong bound, on each side."""
LEAST_ROWS, MOST_SLICES = 10, 50


@dataclass(frozen=True, slots=True)
class SliceLine:
    """One value of a column, and how good the answers to its rows are."""

    slice: str
    rows: int
    estimate: Estimate


def sliced_metric(answers: ModelAnswers) -> str:
    """What is told of each slice."""
    return "mae" if answers.numbers is not None else "accuracy"


def slice_lines(answers: ModelAnswers, values: Sequence[Any]) -> list[SliceLine]:
    """The largest slices of at least LEAST_ROWS rows, worst first, each with bounds of 95 %.

    Accuracy with the exact bounds of Clopper and Pearson, over all targets' rows that are right in
    every one; the mean absolute error with Student's. Row weights do not count here.
    """
    names = np.array([MISSING if value is None else str(value) for value in values], dtype=object)
    counted = sorted(
        zip(*np.unique(names, return_counts=True), strict=True), key=lambda c: (-c[1], c[0])
    )
    good = _good(answers)
    found = [
        SliceLine(str(name), int(rows), _estimate(good[names == name], answers))
        for name, rows in counted[:MOST_SLICES]
        if rows >= LEAST_ROWS
    ]
    worst_is_high = answers.numbers is not None
    key = -1 if worst_is_high else 1
    return sorted(found, key=lambda line: (key * line.estimate.value, line.slice))


def _good(answers: ModelAnswers) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Per row: 1 where every target is right; of numbers how far off they are."""
    if answers.numbers is not None:
        true, found = (np.reshape(n, (len(n), -1)) for n in answers.numbers)
        return np.asarray(np.abs(true - found).mean(axis=1), dtype=np.float64)
    right = [
        np.asarray(true, dtype=object) == np.asarray(found.labels, dtype=object)
        for true, found in zip(answers.truth, answers.answers, strict=True)
    ]
    return np.asarray(np.all(right, axis=0), dtype=np.float64)


def _estimate(good: np.ndarray[Any, np.dtype[np.float64]], answers: ModelAnswers) -> Estimate:
    if answers.numbers is None:
        return share(int(good.sum()), len(good), ERROR) or Estimate(0.0, 0.0, 1.0)
    mean, rows = float(good.mean()), len(good)
    wide = float(stats.t.isf(ERROR, rows - 1)) * float(good.std(ddof=1)) / math.sqrt(rows)
    return Estimate(mean, max(0.0, mean - wide), mean + wide)
