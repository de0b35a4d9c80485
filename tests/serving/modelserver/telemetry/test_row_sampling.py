"""Which rows are counted when there are too many."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelserver.telemetry.row_sampling import RowSampling


class Counted:
    """Notes the first number of every row, and checks that answers stay with their rows."""

    def __init__(self) -> None:
        self.numbers: list[float] = []

    def add(self, rows: Rows, predicted: Prediction, start: int, stop: int) -> None:
        """Noted."""
        assert rows.numbers[:, 0].tolist() == predicted.values.tolist()
        self.numbers += rows.numbers[start:stop, 0].tolist()


def _show(sampling: RowSampling, numbers: list[float], now: float) -> None:
    values = np.array(numbers)
    sampling(
        Rows(values.reshape(-1, 1), np.empty((len(values), 0), dtype=object)),
        Prediction(values, None),
        now,
    )


def _sampling(rows_per_second: int) -> tuple[RowSampling, Counted]:
    counted = Counted()
    return RowSampling(counted, rows_per_second, random.Random(7).random), counted


def test_with_little_traffic_every_row_counts() -> None:
    """Below the budget nothing is left to chance."""
    sampling, counted = _sampling(100)
    for second in range(50):
        _show(sampling, [float(n) for n in range(99)], float(second))
    assert (1, 50 * 99) == (sampling.one_in, len(counted.numbers))


def test_with_much_traffic_the_budget_is_kept() -> None:
    """A hundred times too much: after a few seconds between half and all of the budget."""
    sampling, counted = _sampling(100)
    per_second = []
    for second in range(30):
        before = len(counted.numbers)
        for part in range(1000):
            _show(sampling, [1.0] * 10, second + part / 1000)
        per_second.append(len(counted.numbers) - before)
    assert all(30 <= found <= 160 for found in per_second[5:])
    assert 64 <= sampling.one_in <= 256


@pytest.mark.parametrize(
    ("sizes", "what"),
    [
        pytest.param((1, 64), "requests", id="the size of a request makes no difference"),
        pytest.param((32,), "places", id="nor does the place in it"),
    ],
)
def test_no_row_is_more_likely_than_another(sizes: tuple[int, ...], what: str) -> None:
    """Rows of each kind are sampled in the share they have among all rows, within 5 sigma."""
    sampling, counted = _sampling(200)
    chance = random.Random(11)
    shown: Counter[float] = Counter()
    for batch in range(40_000):
        size = chance.choice(sizes)
        numbers = [float(size if what == "requests" else n) for n in range(size)]
        if batch / 1000 > 5:
            shown.update(numbers)
        elif batch / 1000 == 5:
            counted.numbers.clear()
        _show(sampling, numbers, batch / 1000)
    found = Counter(counted.numbers)
    total, sampled = shown.total(), found.total()
    assert sampled > 1000
    for kind, count in shown.items():
        expected = sampled * count / total
        assert abs(found[kind] - expected) < 5 * (expected * (1 - count / total)) ** 0.5


def test_after_a_rush_every_row_counts_again() -> None:
    """The chance rises with the seconds that have passed, not with the requests that came."""
    sampling, counted = _sampling(100)
    for part in range(10_000):
        _show(sampling, [1.0] * 10, part / 10_000)
    assert sampling.one_in > 8
    counted.numbers.clear()
    for minute in range(1, 11):
        _show(sampling, [float(minute)], 60.0 * minute)
    assert [float(minute) for minute in range(1, 11)] == counted.numbers
