"""How good the answers are in each slice."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.grades.grading import Answers
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.slice_table import MOST_SLICES, slice_lines, sliced_metric

FEATURES = (Feature("a", Kind.FLOAT),)
CLASSES = Signature(Task.CLASSIFICATION, (False, True), FEATURES, False)
NUMBERS = Signature(Task.REGRESSION, (), FEATURES, False)


def test_the_worst_slice_comes_first_with_exact_bounds() -> None:
    """A slice of few rows is left out; rows without a value are one."""
    sites = ["left"] * 20 + ["right"] * 20 + [None] * 20 + ["rare"] * 9
    right = [True] * 18 + [False] * 2 + [True] * 20 + [True] * 5 + [False] * 15 + [True] * 9
    answers = ModelAnswers(CLASSES, None, ([True] * 69,), (Answers((False, True), right),))
    found = slice_lines(answers, sites)
    assert "accuracy" == sliced_metric(answers)
    assert [("(missing)", 20, 0.25), ("left", 20, 0.9), ("right", 20, 1.0)] == [
        (line.slice, line.rows, line.estimate.value) for line in found
    ]
    bounds = stats.binomtest(18, 20).proportion_ci(0.95, "exact")
    assert pytest.approx((bounds.low, bounds.high)) == (
        found[1].estimate.low,
        found[1].estimate.high,
    )


def test_numbers_are_off_by_so_much() -> None:
    """The largest error first, with Student's bounds."""
    off = np.r_[np.linspace(1, 3, 20), np.linspace(0, 1, 20)]
    answers = ModelAnswers(NUMBERS, None, numbers=(np.zeros(40), off))
    far, near = slice_lines(answers, ["far"] * 20 + ["near"] * 20)
    assert ("mae", "far", "near") == (sliced_metric(answers), far.slice, near.slice)
    low, high = stats.t.interval(0.95, 19, loc=2.0, scale=stats.sem(off[:20]))
    assert pytest.approx((2.0, low, high)) == (
        far.estimate.value,
        far.estimate.low,
        far.estimate.high,
    )


def test_of_many_slices_the_largest_are_looked_at() -> None:
    """And no more than so many."""
    names = [f"s{number:03}" for number in range(MOST_SLICES + 5) for _ in range(10 + number % 2)]
    answers = ModelAnswers(NUMBERS, None, numbers=(np.zeros(len(names)), np.ones(len(names))))
    found = slice_lines(answers, names)
    assert MOST_SLICES == len(found)
    assert {11, 10} == {line.rows for line in found}
