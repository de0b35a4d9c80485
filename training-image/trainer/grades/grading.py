"""How good are these predictions?

Everything is computed on class numbers, so that the type of the labels never matters. Metrics that
are not defined for the given rows (one class only, no probabilities, a true value of zero for a
percentage) are left out: an absent metric is no evidence, a wrong number would be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from modelbundle.signature import Label

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

LARGEST_EXCESS = 1e-3
"""What sums this far from one are no probabilities: raw scores that came under their name."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """A classifier's answers: one label per row, and what ranks them where the model has it.

    `probabilities` is (rows, classes) in the order of `classes`; `scores` is (rows,), larger for
    the second of two classes.
    """

    classes: tuple[Label, ...]
    labels: Sequence[Label]
    probabilities: Floats | None = None
    scores: Floats | None = None


def grade_regression(truth: Floats, predicted: Floats, weights: Floats | None) -> dict[str, float]:
    """The regression metrics by name; row weights count where the metric has them.

    Where there are several targets (columns), each metric is the mean over them, as scikit-learn's
    multioutput="uniform_average"; max_error is the largest of all.
    """
    found = {
        "rmse": metrics.root_mean_squared_error(truth, predicted, sample_weight=weights),
        "mae": metrics.mean_absolute_error(truth, predicted, sample_weight=weights),
        "median_absolute_error": metrics.median_absolute_error(
            truth, predicted, sample_weight=weights
        ),
        "max_error": metrics.max_error(truth.ravel(), predicted.ravel()),
    }
    if len(truth) >= 2:
        found["r2"] = metrics.r2_score(truth, predicted, sample_weight=weights)
    if np.all(truth != 0):
        found["mape"] = metrics.mean_absolute_percentage_error(
            truth, predicted, sample_weight=weights
        )
    return _finite(found)


_OF_LABELS = frozenset({"accuracy", "balanced_accuracy", "precision", "recall", "f1"})
_OF_PROBABILITIES = frozenset({"log_loss", "brier_score", "calibration_error"})
_OF_RANKS = frozenset({"roc_auc", "average_precision"})
CALIBRATION_BINS = 10


def grade_classification(
    truth: Sequence[Label], answers: Answers, weights: Floats | None, only: str | None = None
) -> dict[str, float]:
    """The classification metrics by name; with `only`, that one and those computed with it.

    With two classes, precision, recall, f1, roc_auc and average_precision are those of the second
    class in sorted order; with more they are means over classes (roc_auc: one against the rest,
    over the classes that have both sides among the rows).
    """
    classes = _all_classes(truth, answers)
    number = {label: position for position, label in enumerate(classes)}
    true = np.array([number[label] for label in truth], dtype=np.int64)
    found = np.array([number[label] for label in answers.labels], dtype=np.int64)
    graded: dict[str, float] = {}
    if only is None or only in _OF_LABELS:
        graded |= _from_labels(true, found, len(classes), weights)
    probabilities = _widened(_shares(answers.probabilities), len(classes))
    if probabilities is not None and (only is None or only in _OF_PROBABILITIES):
        graded |= _from_probabilities(true, probabilities, weights)
    if only is None or only in _OF_RANKS:
        beliefs = _widened(answers.probabilities, len(classes))
        graded |= _from_ranks(true, _ranks(answers, beliefs, len(classes)), weights)
    return _finite(graded)


def mean_over_targets(graded: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Each metric that is defined for every target, as the mean over them."""
    shared = set(graded[0]).intersection(*graded[1:])
    return {name: float(np.mean([found[name] for found in graded])) for name in shared}


def _all_classes(truth: Sequence[Label], answers: Answers) -> tuple[Label, ...]:
    """The model's classes, and behind them the labels it has never seen."""
    unseen = sorted(set(truth) - set(answers.classes), key=str)
    return (*answers.classes, *unseen)


def _from_labels(true: Codes, found: Codes, count: int, weights: Floats | None) -> dict[str, float]:
    average = "binary" if count == 2 else "macro"
    how = {"average": average, "sample_weight": weights, "zero_division": 0}
    return {
        "accuracy": metrics.accuracy_score(true, found, sample_weight=weights),
        # The mean recall of the classes among the rows; balanced_accuracy_score is the same number
        # with a warning about classes that were predicted only.
        "balanced_accuracy": metrics.recall_score(
            true,
            found,
            labels=np.unique(true),
            average="macro",
            sample_weight=weights,
            zero_division=0,
        ),
        "precision": metrics.precision_score(true, found, **how),
        "recall": metrics.recall_score(true, found, **how),
        "f1": metrics.f1_score(true, found, **how),
    }


def _from_probabilities(
    true: Codes, probabilities: Floats, weights: Floats | None
) -> dict[str, float]:
    labels = list(range(probabilities.shape[1]))
    if len(labels) < 2:
        return {}
    columns = probabilities[:, 1] if len(labels) == 2 else probabilities
    return {
        "log_loss": metrics.log_loss(true, probabilities, labels=labels, sample_weight=weights),
        "brier_score": metrics.brier_score_loss(
            true, columns, labels=labels, sample_weight=weights
        ),
        "calibration_error": _calibration_error(true, probabilities, weights),
    }


def _calibration_error(true: Codes, probabilities: Floats, weights: Floats | None) -> float:
    """How far probabilities are from the shares that come true, on average over ten bins.

    The bins have equally many rows. With two classes the second is looked at, with more the one
    that is answered.
    """
    if probabilities.shape[1] == 2:
        believed, came_true = probabilities[:, 1], true == 1
    else:
        believed, came_true = probabilities.max(axis=1), true == probabilities.argmax(axis=1)
    weight = np.ones(len(true)) if weights is None else weights
    order = np.argsort(believed, kind="stable")
    apart = [
        abs(float(np.sum(weight[rows] * (believed[rows] - came_true[rows]))))
        for rows in np.array_split(order, min(CALIBRATION_BINS, len(order)))
    ]
    return sum(apart) / float(np.sum(weight))


def _ranks(answers: Answers, probabilities: Floats | None, count: int) -> Mapping[int, Floats]:
    """Per class number: what grows with the model's belief in that class."""
    if count == 2:
        if probabilities is not None:
            return {1: probabilities[:, 1]}
        return {} if answers.scores is None else {1: answers.scores}
    if probabilities is None:
        return {}
    return {position: probabilities[:, position] for position in range(count)}


def _from_ranks(
    true: Codes, ranks: Mapping[int, Floats], weights: Floats | None
) -> dict[str, float]:
    areas, precisions = [], []
    for position, belief in ranks.items():
        mine = true == position
        if mine.all() or not mine.any():
            continue
        areas.append(metrics.roc_auc_score(mine, belief, sample_weight=weights))
        precisions.append(metrics.average_precision_score(mine, belief, sample_weight=weights))
    if not areas:
        return {}
    return {
        "roc_auc": float(np.mean(areas)),
        "average_precision": float(np.mean(precisions)),
    }


def _shares(probabilities: Floats | None) -> Floats | None:
    """Rows that sum to exactly one, or None where they are no probabilities at all.

    ONNX models answer in float32, whose sums are one only to seven digits.
    """
    if probabilities is None:
        return None
    sums = probabilities.sum(axis=1, keepdims=True)
    if np.any(np.abs(sums - 1) > LARGEST_EXCESS) or np.any(probabilities < -LARGEST_EXCESS):
        return None
    positive = np.clip(probabilities, 0, None)
    return np.asarray(positive / positive.sum(axis=1, keepdims=True), dtype=np.float64)


def _widened(probabilities: Floats | None, count: int) -> Floats | None:
    """Zero probability for the classes that the model does not know."""
    if probabilities is None or probabilities.shape[1] == count:
        return probabilities
    missing = np.zeros((len(probabilities), count - probabilities.shape[1]))
    return np.hstack([probabilities, missing])


def _finite(found: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in found.items() if math.isfinite(value)}
