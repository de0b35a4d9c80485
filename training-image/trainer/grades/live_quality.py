"""How good were live predictions, and between which bounds is that certain?

The bounds are for one look: by chance alone the true value is below the lower one, and above the
upper one, in one of 2,000 looks each. So twenty looks at a model that is as good as it should be
give a false alarm in at most one of a hundred cases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from modelbundle.signature import Label, Signature, Task
from trainer.grades.grading import Answers, grade_classification, grade_regression

LOOK_ERROR = 0.0005
"""The chance of a wrong bound, on each side."""
RESAMPLES = 400
ACCURACY = "accuracy"
_BOUND = float(stats.norm.isf(LOOK_ERROR))

Score = Callable[[npt.NDArray[np.int64]], float | None]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its bounds."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class LiveAnswers:
    """What was said of so many rows, and what turned out to be true."""

    truth: Sequence[Any]
    predicted: Sequence[Any]
    probabilities: npt.NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.truth)


def live_quality(metric: str, answers: LiveAnswers, of: Signature) -> Estimate | None:
    """The metric over these rows; None where it is not defined for them."""
    if metric == ACCURACY and of.task is Task.CLASSIFICATION:
        right = sum(a == b for a, b in zip(answers.truth, answers.predicted, strict=True))
        return share(right, len(answers))
    score = _score(metric, answers, of)
    value = score(np.arange(len(answers)))
    if value is None:
        return None
    chance = np.random.default_rng(20261128)
    draws = (chance.integers(0, len(answers), len(answers)) for _ in range(RESAMPLES))
    found = [again for draw in draws if (again := score(draw)) is not None]
    if len(found) < RESAMPLES // 2:
        return None
    wide = _BOUND * float(np.std(found, ddof=1))
    return Estimate(value, value - wide, value + wide)


def share(hits: int, rows: int, error: float = LOOK_ERROR) -> Estimate | None:
    """So many of so many, with the exact bounds of Clopper and Pearson, each wrong so often."""
    if not rows:
        return None
    low = float(stats.beta.ppf(error, hits, rows - hits + 1)) if hits else 0.0
    high = float(stats.beta.isf(error, hits + 1, rows - hits)) if hits < rows else 1.0
    return Estimate(hits / rows, low, high)


def _score(metric: str, answers: LiveAnswers, of: Signature) -> Score:
    if of.task is Task.REGRESSION:
        truth, predicted = (
            np.asarray(v, dtype=np.float64) for v in (answers.truth, answers.predicted)
        )
        return lambda at: grade_regression(truth[at], predicted[at], None).get(metric)
    true, labels = (np.asarray(v, dtype=object) for v in (answers.truth, answers.predicted))
    chances = answers.probabilities

    def score(at: npt.NDArray[np.int64]) -> float | None:
        drawn = Answers(of.classes, labels[at].tolist(), None if chances is None else chances[at])
        return grade_classification(true[at].tolist(), drawn, None).get(metric)

    return score


def comparable(values: Sequence[Any], of: Signature) -> list[Label | float | None]:
    """Labels as the model's classes are, numbers as numbers; None for what can be neither."""
    if of.task is Task.REGRESSION:
        return [_number(value) for value in values]
    kind = type(of.classes[0])
    return [_label(value, kind) for value in values]


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _label(value: Any, kind: type[Label]) -> Label | None:
    if kind is str:
        return str(value)
    if isinstance(value, bool | int):
        return bool(value) if kind is bool else int(value)
    if isinstance(value, float) and value.is_integer():
        return bool(value) if kind is bool else int(value)
    text = str(value).strip().lower()
    if kind is bool:
        return {"true": True, "false": False, "1": True, "0": False}.get(text)
    return int(text) if text.removeprefix("-").isdigit() else None
