"""How unevenly failures come."""

from __future__ import annotations

import pytest

from trainyard.model_deployments.analysis.dispersion import (
    ASSUMED,
    CAUTION,
    NOTHING,
    Spread,
    chi_square,
    phi,
    phi_of_split,
)


def spread(*errors: int, requests: int = 1000) -> Spread:
    """Return the sums of intervals with so many failures each."""
    found = NOTHING
    for count in errors:
        found = found.with_interval(requests, count)
    return found


def test_the_four_sums_give_the_chi_square_of_the_table() -> None:
    """Worked by hand: 2, 4, 6 of 1,000 each have mean 4 and Σ (y - 4)² / 4 = 2."""
    assert 2.0 == pytest.approx(chi_square(spread(2, 4, 6)), abs=1e-6)


def test_even_failures_temper_nothing_and_bursts_do() -> None:
    """The factor is 1 at least."""
    assert phi(spread(*[5] * 100)) == 1.0
    assert phi(spread(*[0, 0, 0, 20] * 25)) > 10


def test_each_version_is_measured_against_its_own_mean() -> None:
    """A canary that fails evenly and more often is not a burst."""
    assert phi(spread(*[5] * 50), spread(*[50] * 50)) == 1.0


def test_an_outage_of_both_is_no_burst_of_how_failures_divide() -> None:
    """A tenth of them each time is even, however many there are; all or nothing is not."""
    even = spread_of((10, 1), (10, 1), (450, 45), (450, 45), (10, 1), (10, 1))
    assert phi_of_split(even) == 1.0
    uneven = spread_of((10, 10), (10, 0), (10, 10), (10, 0), (10, 10), (10, 0))
    assert phi_of_split(uneven) > 10


def test_without_failures_of_both_nothing_is_known_of_how_they_divide() -> None:
    """It is as careful as at the beginning."""
    begin = phi_of_split(NOTHING)
    assert 1 + CAUTION * (ASSUMED - 1) == begin
    assert begin == phi_of_split(spread_of((5, 5))) == phi_of_split(spread_of((5, 0)))


def spread_of(*divided: tuple[int, int]) -> Spread:
    """Return the sums of intervals with so many failures, and so many of them of the canary."""
    found = NOTHING
    for failures, of_canary in divided:
        found = found.with_interval(failures, of_canary)
    return found


def test_before_anything_is_known_it_is_careful() -> None:
    """A single interval cannot tell a burst from a bad version."""
    assert phi(spread(5)) > 3


def test_sums_join_fade_and_fold() -> None:
    """What is learnt in one rollout serves the next."""
    a, b = spread(2, 4), spread(6)
    assert spread(2, 4, 6) == a.joined(b)
    assert a == Spread.unfolded(a.folded())
    assert 1 == a.halved().intervals
    assert a == a.with_interval(0, 0)
