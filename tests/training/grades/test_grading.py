"""How good predictions are, compared with scikit-learn's own words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from trainer.grades.grading import (
    Answers,
    grade_classification,
    grade_regression,
    mean_over_targets,
)

RANDOM = np.random.default_rng(3)
ROWS = 200
WEIGHTS = RANDOM.random(ROWS) + 0.1
TWO = ("ham", "spam")
THREE = (1, 2, 3)


def _case(classes: tuple[Any, ...]) -> tuple[list[Any], Answers, np.ndarray[Any, Any]]:
    truth = [classes[number] for number in RANDOM.integers(0, len(classes), ROWS)]
    shares = RANDOM.dirichlet(np.ones(len(classes)), ROWS)
    labels = [classes[number] for number in shares.argmax(axis=1)]
    return truth, Answers(classes, labels, shares), shares


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["each row counts one", "weighted rows"])
def test_two_classes(weights: Any) -> None:
    """Precision, recall, f1 and ranks are those of the second class."""
    truth, answers, shares = _case(TWO)
    how = {"sample_weight": weights}
    positive = {"pos_label": "spam", **how}
    is_spam = [label == "spam" for label in truth]
    expected = {
        "accuracy": metrics.accuracy_score(truth, answers.labels, **how),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, answers.labels, **how),
        "precision": metrics.precision_score(truth, answers.labels, **positive),
        "recall": metrics.recall_score(truth, answers.labels, **positive),
        "f1": metrics.f1_score(truth, answers.labels, **positive),
        "log_loss": metrics.log_loss(truth, shares, **how),
        "brier_score": metrics.brier_score_loss(truth, shares[:, 1], **positive),
        "roc_auc": metrics.roc_auc_score(is_spam, shares[:, 1], **how),
        "average_precision": metrics.average_precision_score(is_spam, shares[:, 1], **how),
    }
    found = grade_classification(truth, answers, weights)
    assert {*expected, "calibration_error"} == set(found)
    assert expected == pytest.approx({name: found[name] for name in expected})


@pytest.mark.parametrize(
    ("weights", "second"),
    [
        pytest.param(None, 0.1, id="0.6 is believed and half comes true"),
        pytest.param(np.array([1.0, 3.0] * 10), 0.35, id="by weight a quarter"),
    ],
)
def test_calibration(weights: Any, second: float) -> None:
    """What is believed beside what comes true, bin by bin."""
    believed = np.array([0.2] * 10 + [0.6] * 10)
    truth = [TWO[0]] * 10 + [TWO[1], TWO[0]] * 5
    shares = np.column_stack([1 - believed, believed])
    answers = Answers(TWO, [TWO[int(value > 0.5)] for value in believed], shares)
    # In the other half of the rows 0.2 is believed and nothing comes true.
    assert (0.2 + second) / 2 == pytest.approx(
        grade_classification(truth, answers, weights)["calibration_error"]
    )


def test_calibration_of_more_classes_is_of_the_answer() -> None:
    """A model that is as sure as it is right is calibrated; one that is too sure is not."""
    chance = np.random.default_rng(5)
    sure = chance.uniform(0.4, 1, 20_000)
    right = chance.random(20_000) < sure
    labels = [1 if one else 2 for one in right]
    shares = np.column_stack([sure, (1 - sure) / 2, (1 - sure) / 2])
    honest = grade_classification(labels, Answers(THREE, [1] * 20_000, shares), None)
    boasting = np.column_stack([np.ones(20_000), np.zeros((20_000, 2))])
    proud = grade_classification(labels, Answers(THREE, [1] * 20_000, boasting), None)
    assert honest["calibration_error"] < 0.02
    assert 0.3 == pytest.approx(proud["calibration_error"], abs=0.02)


def test_three_classes() -> None:
    """With more classes the metrics are means over classes."""
    truth, answers, shares = _case(THREE)
    macro = {"average": "macro"}
    hot = np.array([[label == name for name in THREE] for label in truth])
    expected = {
        "accuracy": metrics.accuracy_score(truth, answers.labels),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, answers.labels),
        "precision": metrics.precision_score(truth, answers.labels, **macro),
        "recall": metrics.recall_score(truth, answers.labels, **macro),
        "f1": metrics.f1_score(truth, answers.labels, **macro),
        "log_loss": metrics.log_loss(truth, shares),
        "brier_score": metrics.brier_score_loss(truth, shares),
        "roc_auc": metrics.roc_auc_score(truth, shares, multi_class="ovr"),
        "average_precision": metrics.average_precision_score(hot, shares),
    }
    found = grade_classification(truth, answers, None)
    assert {*expected, "calibration_error"} == set(found)
    assert expected == pytest.approx({name: found[name] for name in expected})


def test_scores_rank_without_probabilities() -> None:
    """A classifier with a decision function only has ranks, but no probability metrics."""
    truth, answers, shares = _case(TWO)
    ranked = Answers(TWO, answers.labels, None, shares[:, 1] * 10 - 3)
    found = grade_classification(truth, ranked, None)
    full = grade_classification(truth, answers, None)
    dropped = {"log_loss", "brier_score", "calibration_error"}
    assert {k: v for k, v in full.items() if k not in dropped} == pytest.approx(found)


def test_labels_alone() -> None:
    """A classifier that says labels only gets label metrics only."""
    truth, answers, _ = _case(TWO)
    found = grade_classification(truth, Answers(TWO, answers.labels), None)
    assert {"accuracy", "balanced_accuracy", "precision", "recall", "f1"} == set(found)


def test_one_class_among_the_rows() -> None:
    """Where only one class is among the rows, ranks are not defined and left out."""
    answers = Answers(TWO, ["ham", "spam"], np.array([[0.9, 0.1], [0.2, 0.8]]))
    found = grade_classification(["ham", "ham"], answers, None)
    assert "roc_auc" not in found
    assert found["accuracy"] == 0.5


def test_a_label_that_the_model_never_saw() -> None:
    """A class that is only among the test rows counts as wrong everywhere, and crashes nothing."""
    shares = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    found = grade_classification(
        ["ham", "spam", "eggs"], Answers(TWO, ["ham", "spam", "ham"], shares), None
    )
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["log_loss"] > 5


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["each row counts one", "weighted rows"])
def test_regression(weights: Any) -> None:
    """Regression metrics are scikit-learn's."""
    truth = RANDOM.normal(10, 2, ROWS)
    predicted = truth + RANDOM.normal(0, 1, ROWS)
    how = {"sample_weight": weights}
    expected = {
        "rmse": np.sqrt(metrics.mean_squared_error(truth, predicted, **how)),
        "mae": metrics.mean_absolute_error(truth, predicted, **how),
        "mape": metrics.mean_absolute_percentage_error(truth, predicted, **how),
        "r2": metrics.r2_score(truth, predicted, **how),
        "median_absolute_error": metrics.median_absolute_error(truth, predicted, **how),
        "max_error": metrics.max_error(truth, predicted),
    }
    assert expected == pytest.approx(grade_regression(truth, predicted, weights))


def test_regression_of_several_targets() -> None:
    """Metrics are means over the targets; the largest error is that of all."""
    truth = RANDOM.normal(10, 2, (ROWS, 2))
    predicted = truth + RANDOM.normal(0, 1, (ROWS, 2))
    one, other = (grade_regression(truth[:, at], predicted[:, at], WEIGHTS) for at in (0, 1))
    expected = {name: (one[name] + other[name]) / 2 for name in one}
    expected["max_error"] = max(one["max_error"], other["max_error"])
    assert expected == pytest.approx(grade_regression(truth, predicted, WEIGHTS))


def test_mean_over_targets() -> None:
    """A metric that one target does not have is no evidence for all of them."""
    graded = [{"accuracy": 0.5, "roc_auc": 0.75}, {"accuracy": 1.0}]
    assert {"accuracy": 0.75} == mean_over_targets(graded)


def test_no_percentage_of_zero() -> None:
    """With a true value of zero there is no percentage error; with one row no r2."""
    found = grade_regression(np.array([0.0]), np.array([1.0]), None)
    assert {"rmse", "mae", "median_absolute_error", "max_error"} == set(found)


def test_probabilities_of_float32() -> None:
    """Sums that are one only to seven digits are probabilities all the same."""
    truth, answers, shares = _case(THREE)
    rough = shares.astype(np.float32).astype(np.float64) * (1 + 1e-6)
    found = grade_classification(truth, Answers(THREE, answers.labels, rough), None)
    assert metrics.log_loss(truth, shares) == pytest.approx(found["log_loss"], rel=1e-4)


def test_scores_under_the_name_of_probabilities() -> None:
    """What does not sum to one ranks rows, but has no log_loss."""
    truth, answers, shares = _case(TWO)
    found = grade_classification(truth, Answers(TWO, answers.labels, shares * 3), None)
    full = grade_classification(truth, answers, None)
    assert full["roc_auc"] == pytest.approx(found["roc_auc"])
    assert {"log_loss", "brier_score"}.isdisjoint(found)
