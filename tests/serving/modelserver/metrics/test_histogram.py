"""Counting between bounds."""

from __future__ import annotations

import pytest

from modelserver.metrics.histogram import Histogram


def test_values_fall_at_or_below_their_bound() -> None:
    """A value on a bound is at most that bound."""
    found = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.5):
        found.observe(value)
    assert ([2, 1, 1], 5.5) == (found.counts, found.total)


def test_a_value_can_count_several_times() -> None:
    """As the mean of many."""
    found = Histogram((1.0, 2.0))
    found.observe_mean(1.5, 4)
    assert ([0, 4, 0], 6.0) == (found.counts, found.total)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([1.5], id="one"),
        pytest.param([1.5, 1.2, 2.0], id="all between the same bounds"),
        pytest.param([2.5, 0.5, 1.0, 1.5], id="spread over all bounds, in no order"),
    ],
)
def test_many_values_are_those_of_each(values: list[float]) -> None:
    """The short way gives what one by one gives."""
    together, alone = Histogram((1.0, 2.0)), Histogram((1.0, 2.0))
    together.observe_all(values)
    for value in values:
        alone.observe(value)
    assert (alone.counts, alone.total) == (together.counts, together.total)


@pytest.mark.parametrize(
    "starts",
    [
        pytest.param([9.5], id="one"),
        pytest.param([9.1, 9.2, 9.9], id="all between the same bounds"),
        pytest.param([0.0, 8.0, 8.5, 9.0, 10.0], id="spread over all bounds"),
    ],
)
def test_times_since_many_starts_are_those_of_each(starts: list[float]) -> None:
    """The short way gives what one by one gives."""
    together, alone = Histogram((1.0, 2.0)), Histogram((1.0, 2.0))
    together.observe_since(starts, 10.0)
    for start in starts:
        alone.observe(10.0 - start)
    assert alone.counts == together.counts
    assert alone.total == pytest.approx(together.total)


def test_a_sum_never_falls() -> None:
    """Not even by what floats lose when many large times are added."""
    found = Histogram((1.0,))
    now = 123_456_789.123_456_7
    found.observe_since([now] * 1000, now)
    assert found.total >= 0.0
