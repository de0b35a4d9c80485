"""What a column is worth to the model, against closed forms and scikit-learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression

from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.grades.grading import Floats
from trainer.grades.importance import Importance, Shuffle, importance
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.row_losses import SQUARED

NAMES = ("strong", "weak", "nothing")
SIGNATURE = Signature(Task.REGRESSION, (), tuple(Feature(n, Kind.FLOAT) for n in NAMES), False)
SLOPES = np.array([2.0, 1.0, 0.0])
SHUFFLES = 3
TRUE = {"strong": 2 * 4 / 6, "weak": 2 * 1 / 6, "nothing": 0.0}
"""Twice the squared slope over the variance of what is predicted, 4 + 1 and a noise of 1."""


def found(rows: int, seed: int, weights: Floats | None = None) -> Importance:
    """The importance of a linear model that has the true slopes, on so many rows."""
    chance = np.random.default_rng(seed)
    table = chance.normal(size=(rows, 3))
    says = table @ SLOPES
    answers = ModelAnswers(SIGNATURE, weights, numbers=(says + chance.normal(size=rows), says))
    assert answers.numbers is not None
    truth, shuffled = answers.numbers[0], []
    for column in range(3):
        mine = []
        for _ in range(SHUFFLES):
            order, other = chance.permutation(rows), table.copy()
            other[:, column] = table[order, column]
            mine.append(Shuffle(replace(answers, numbers=(truth, other @ SLOPES)), order))
        shuffled.append(mine)
    return importance(answers, shuffled)


def test_a_column_costs_what_the_closed_form_says() -> None:
    """Most first; what the model does not look at costs nothing, for sure."""
    of = found(20_000, 1)
    assert (SQUARED, 20_000) == (of.loss, of.rows)
    assert pytest.approx(1 / 6, abs=0.01) == of.base
    assert list(NAMES) == [name for name, _ in of.columns]
    for name, estimate in of.columns:
        assert pytest.approx(TRUE[name], abs=0.05) == estimate.value
    nothing = of.columns[-1][1]
    assert pytest.approx((0.0, 0.0, 0.0), abs=1e-12) == (
        nothing.value,
        nothing.low,
        nothing.high,
    )


def test_the_bounds_hold_as_often_as_they_say() -> None:
    """Or more often: of 400 draws of 300 rows."""
    draws = [dict(found(300, seed).columns) for seed in range(400)]
    for name in ("strong", "weak"):
        held = sum(draw[name].low <= TRUE[name] <= draw[name].high for draw in draws)
        assert 0.94 <= held / len(draws), name
        apart = [draw[name].high - draw[name].low for draw in draws]
        assert np.mean(apart) < 1.6 * 2 * 1.96 * np.std([draw[name].value for draw in draws]), name


def test_it_is_what_scikit_learn_finds() -> None:
    """The loss of r2, by its own shuffles."""
    chance = np.random.default_rng(3)
    table = chance.normal(size=(5000, 3))
    truth = table @ SLOPES + chance.normal(size=5000)
    theirs = permutation_importance(
        LinearRegression().fit(table, truth), table, truth, n_repeats=5, random_state=1
    )
    ours = dict(found(5000, 3).columns)
    for name, value in zip(NAMES, theirs.importances_mean, strict=True):
        assert pytest.approx(value, abs=0.08) == ours[name].value


def test_rows_count_by_their_weight() -> None:
    """Those of no weight are not there."""
    weights = np.r_[np.ones(300), np.zeros(300)]
    of = found(600, 5, weights)
    assert dict(of.columns)["strong"].value > 0.5
    assert pytest.approx(found(600, 5, weights * 7).base) == of.base
