"""Two rows of counts: how unlikely their difference is, and how large."""

from __future__ import annotations

import math

import pytest

from trainyard.model_deployments.analysis.chi_square import (
    chi_square_tail,
    difference,
    discoveries,
    stability_index,
    without_thin_bins,
)


@pytest.mark.parametrize(
    ("value", "freedom", "tail"),
    [
        pytest.param(3.841459, 1, 0.05, id="one degree"),
        pytest.param(5.991465, 2, 0.05, id="two degrees"),
        pytest.param(16.918978, 9, 0.05, id="ten bins"),
        pytest.param(67.504807, 50, 0.05, id="fifty texts"),
        pytest.param(29.588298, 10, 0.001, id="far out"),
        pytest.param(0.0, 4, 1.0, id="no difference"),
        pytest.param(5000.0, 9, 0.0, id="beyond the smallest number"),
        pytest.param(5000.0, 60, 0.0, id="beyond it with many bins"),
    ],
)
def test_the_tail_is_that_of_the_tables(value: float, freedom: int, tail: float) -> None:
    """To seven places."""
    assert math.isclose(tail, chi_square_tail(value, freedom), rel_tol=1e-5, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("reference", "live", "kept"),
    [
        pytest.param([50, 50], [40, 60], [(50, 40), (50, 60)], id="all heavy enough"),
        pytest.param([50, 50, 0], [50, 50, 0], [(50, 50), (50, 50)], id="an empty bin is none"),
        pytest.param([50, 47, 3], [50, 48, 2], [(50, 50), (50, 50)], id="a thin one joins"),
        pytest.param([40, 50, 4, 6], [40, 50, 7, 3], [(40, 40), (50, 50), (10, 10)], id="two join"),
        pytest.param([100, 0], [80, 20], [(100, 80), (0, 20)], id="a new value is no thin bin"),
        pytest.param([2, 1], [1, 2], [(3, 3)], id="too few for two bins"),
        pytest.param([0, 0], [5, 5], [], id="no reference"),
        pytest.param([5, 5], [0, 0], [], id="nothing live"),
    ],
)
def test_thin_bins_are_put_together(
    reference: list[int], live: list[int], kept: list[tuple[int, int]]
) -> None:
    """Nothing that was counted is lost."""
    assert kept == without_thin_bins(reference, live)


def test_the_index_is_that_of_the_books() -> None:
    """5 % to 20 % is 0.23, whichever way."""
    assert math.isclose(0.233, stability_index([(9500, 8000), (500, 2000)]), abs_tol=0.001)
    assert math.isclose(0.233, stability_index([(8000, 9500), (2000, 500)]), abs_tol=0.001)


def test_the_same_shares_are_no_difference() -> None:
    """Whatever the numbers of rows."""
    found = difference([100, 200, 700], [1000, 2000, 7000])
    assert found is not None
    assert (1.0, 0.0) == (found.p_value, found.effect)


def test_what_chance_alone_gives_is_not_in_the_effect() -> None:
    """Few rows differ by chance."""
    found = difference([13, 9, 11, 8, 9], [9, 10, 13, 8, 10])
    assert found is not None
    assert 0.0 == found.effect
    assert found.p_value > 0.5


@pytest.mark.parametrize(
    ("reference", "live"), [([], []), ([0], [9]), ([9], [9]), ([3, 2], [2, 3])]
)
def test_what_cannot_be_compared_is_none(reference: list[int], live: list[int]) -> None:
    """One bin, or none."""
    assert difference(reference, live) is None


@pytest.mark.parametrize(
    ("p_values", "found"),
    [
        pytest.param([], set(), id="nothing asked"),
        pytest.param([0.009], {0}, id="one alone needs the level"),
        pytest.param([0.009, 0.9], set(), id="one of two needs half of it"),
        pytest.param([0.9, 0.004], {1}, id="and has it"),
        pytest.param([0.009, 0.0099], {0, 1}, id="two together need it only as the last"),
        pytest.param([0.02, 0.001, 0.03], {1}, id="others do not join"),
    ],
)
def test_discoveries_follow_benjamini_and_hochberg(p_values: list[float], found: set[int]) -> None:
    """At a false share of 1 %."""
    assert found == discoveries(p_values, 0.01)
