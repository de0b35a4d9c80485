"""How wrong is each answer, row by row?"""

from __future__ import annotations

import numpy as np

from trainer.grades.grading import Answers, Floats
from trainer.grades.model_answers import ModelAnswers

BRIER, WRONG, SQUARED = "Brier score", "wrong answers", "squared error / variance"


def loss_name(answers: ModelAnswers) -> str:
    """How the losses of these answers are called."""
    if answers.numbers is not None:
        return SQUARED
    shares = all(found.probabilities is not None for found in answers.answers)
    return BRIER if shares else WRONG


def row_losses(answers: ModelAnswers) -> Floats:
    """(rows, targets): 0 for a perfect answer.

    Numbers: the squared error over the variance of the true values, so that the mean is 1 - r2.
    Labels: half the squared distance between the probabilities and what is true, which for two
    classes is the Brier score; without probabilities 1 for a wrong label.
    """
    if answers.numbers is not None:
        true, found = (np.reshape(n, (len(n), -1)) for n in answers.numbers)
        return np.asarray((true - found) ** 2 / _variance(true, answers.weights), dtype=np.float64)
    by_brier = loss_name(answers) == BRIER
    losses = [
        _distance(true, found) if by_brier else _wrong(true, found)
        for true, found in zip(answers.truth, answers.answers, strict=True)
    ]
    return np.stack(losses, axis=1)


def row_scales(answers: ModelAnswers) -> Floats:
    """(rows, targets): what each row adds to the scale of the losses, 1 on average.

    Of numbers the variance is one of these rows, too, and no more certain than they are.
    """
    if answers.numbers is None:
        return np.ones((len(answers), len(answers.answers)))
    true = np.reshape(answers.numbers[0], (len(answers), -1))
    squares = (true - _mean(true, answers.weights)) ** 2
    return np.asarray(squares / _variance(true, answers.weights), dtype=np.float64)


def _variance(true: Floats, weights: Floats | None) -> Floats:
    """Of each target; 1 where all its values are the same."""
    found = _mean((true - _mean(true, weights)) ** 2, weights)
    return np.where(found > 0, found, 1.0)


def _mean(values: Floats, weights: Floats | None) -> Floats:
    return np.asarray(np.average(values, 0, weights), dtype=np.float64)


def _wrong(true: object, found: Answers) -> Floats:
    truth, labels = (np.asarray(v, dtype=object) for v in (true, found.labels))
    return np.asarray(truth != labels, dtype=np.float64)


def _distance(true: object, found: Answers) -> Floats:
    truth = np.asarray(true, dtype=object)
    is_class = np.stack([truth == label for label in found.classes], axis=1).astype(np.float64)
    unseen = 1.0 - is_class.sum(axis=1)
    squares = (np.asarray(found.probabilities) - is_class) ** 2
    return np.asarray((squares.sum(axis=1) + unseen) / 2, dtype=np.float64)
