"""Small differences: the quickest quarter, and a median between bounds."""

from __future__ import annotations

import random

import pytest

from benchmarks.serving.paired import median_with_bounds, undisturbed


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param([5.0], 5.0, id="one is the quickest quarter of one"),
        pytest.param([9.0, 2.0, 90.0, 4.0, 5.0, 6.0, 7.0, 1.0], 1.5, id="two of eight"),
    ],
)
def test_the_quickest_quarter_counts(times: list[float], expected: float) -> None:
    """What disturbs only ever adds."""
    assert expected == undisturbed(times)


@pytest.mark.parametrize("values", [[3.0], [1.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
def test_few_values_have_wide_bounds(values: list[float]) -> None:
    """Nothing is promised that so few cannot show."""
    median, low, high = median_with_bounds(values)
    assert (values[0], values[-1]) == (low, high)
    assert low <= median <= high


def test_the_bounds_hold_what_they_promise() -> None:
    """Of 2,000 samples of 50 with median 0, with long tails, 93 to 99 % have it in between."""
    chance = random.Random(5)
    within = 0
    for _ in range(2000):
        _, low, high = median_with_bounds([chance.gauss(0, 1) ** 3 for _ in range(50)])
        within += low <= 0.0 <= high
    assert 0.93 <= within / 2000 <= 0.99
