"""Differences between slices, and how certain they are."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.grades.fairness import Measure, fairness

PARITY: Measure = "DemographicParityDifference"
ODDS: Measure = "EqualizedOddsDifference"


def drawn(
    rows: int, rates: dict[str, float], seed: int
) -> tuple[list[bool], list[bool], list[str]]:
    """Truth, answers and slices: each slice gets the answer at its rate, whatever is true."""
    chance = np.random.default_rng(seed)
    slices = chance.choice(sorted(rates), rows)
    predicted = chance.random(rows) < np.array([rates[name] for name in slices])
    truth = chance.random(rows) < 0.5
    return truth.tolist(), predicted.tolist(), slices.tolist()


@pytest.mark.parametrize("measure", [PARITY, ODDS])
def test_equal_slices_are_not_found_unequal(measure: Measure) -> None:
    """Beyond a bound that they keep, in 300 repeats hardly ever."""
    rates = {"a": 0.3, "b": 0.3, "c": 0.3}
    found = [fairness(measure, *drawn(600, rates, seed)) for seed in range(300)]
    assert sum(f.estimate.low > 0 for f in found if f is not None) <= 1


@pytest.mark.parametrize("measure", [PARITY, ODDS])
def test_a_large_difference_is_found_and_named(measure: Measure) -> None:
    """In nine of ten repeats above half of it."""
    rates = {"a": 0.3, "b": 0.3, "c": 0.6}
    found = [fairness(measure, *drawn(2000, rates, seed)) for seed in range(50)]
    clear = [f for f in found if f is not None and f.estimate.low > 0.1]
    assert len(clear) >= 45
    assert all("c" in f.between and f.slices == 3 for f in clear)


def test_a_model_that_is_right_is_not_unfair_by_odds() -> None:
    """Though the slices get it at different rates because it is true at different rates."""
    truth = [True] * 80 + [False] * 20 + [True] * 20 + [False] * 80
    slices = ["a"] * 100 + ["b"] * 100
    parity = fairness(PARITY, truth, truth, slices)
    assert parity is not None
    assert 0.6 == pytest.approx(parity.estimate.value)
    many = [*truth] * 3
    odds = fairness(ODDS, many, many, slices * 3)
    assert odds is not None
    assert 0 == odds.estimate.value


def test_of_more_classes_the_worst_counts() -> None:
    """Each against the rest."""
    predicted = ["x"] * 50 + ["y"] * 50 + ["z"] * 50 + ["y"] * 50
    found = fairness(PARITY, predicted, predicted, ["a"] * 100 + ["b"] * 100)
    assert found is not None
    assert (0.5, ("a", "b")) == (found.estimate.value, found.between)


def test_slices_of_few_rows_are_compared_with_none() -> None:
    """Nor rows without one."""
    slices = ["a"] * 100 + ["b"] * 49 + [None] * 51
    assert fairness(PARITY, [True] * 200, [True] * 200, slices) is None
