"""How far the values of a column moved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from trainer.checks.column_drift import ColumnDrift, column_drifts


def _drift(before: Sequence[object], now: Sequence[object]) -> ColumnDrift:
    then, today = (pa.table({"c": pa.array(values)}) for values in (before, now))
    (found,) = column_drifts(then, today, ["c"])
    return found


def _normal(mean: float, rows: int, seed: int) -> list[object]:
    return list(np.random.default_rng(seed).normal(mean, 1, rows))


def test_the_same_distribution_does_not_drift_in_small_samples_either() -> None:
    """Forty rows have an index of 0.3 by chance alone: of a hundred pairs at most one counts."""
    false = sum(
        _drift(_normal(0, 40, seed), _normal(0, 40, seed + 1000)).exceeds(0.1)
        for seed in range(100)
    )
    assert false <= 1


@pytest.mark.parametrize(("mean", "drifts"), [(0.0, False), (0.1, False), (1.0, True)])
def test_a_shift_counts_by_its_size(mean: float, drifts: bool) -> None:
    """In ten thousand rows a shift by a tenth of the deviation is certain and still small."""
    found = _drift(_normal(0, 10_000, 1), _normal(mean, 10_000, 2))
    assert drifts is found.exceeds(0.2)


def test_the_bin_that_moved_most_is_named() -> None:
    """With its shares before and now."""
    texts = _drift(["left"] * 500 + ["right"] * 500, ["left"] * 100 + ["right"] * 900)
    assert "“left”: 50 % → 10 %" == texts.moved
    numbers = _drift([float(n) for n in range(1000)], [5.0] * 400 + list(range(400, 1000)))
    assert numbers.moved.startswith("below 99.9: 10 % → 40 %")
    new = _drift(["left"] * 1000, ["left"] * 700 + ["top"] * 300)
    assert "“left”: 100 % → 70 %" == new.moved
    several = _drift(["a", "b"] * 500, ["a", "b"] * 350 + ["top"] * 300)
    assert "values that came at most once before: 0 % → 30 %" == several.moved


def _codes(start: int, stop: int, form: str = "") -> list[object]:
    return [f"{n:{form}}" for n in range(start, stop)]


@pytest.mark.parametrize(
    ("before", "now", "drifts"),
    [
        pytest.param(_codes(0, 100, "05") * 10, _codes(0, 100) * 10, True, id="lost zeros"),
        pytest.param(_codes(0, 100) * 10, _codes(0, 100) * 12, False, id="the same codes"),
        pytest.param(_codes(0, 500), _codes(0, 1000), False, id="each row has its own"),
        pytest.param(_codes(0, 100) * 10, _codes(50, 150) * 10, True, id="half of them are new"),
        pytest.param([*_codes(0, 30) * 9, "rare"], [*_codes(0, 30) * 9, "odd"], False, id="one"),
    ],
)
def test_texts_that_hardly_came_before_are_a_bin(
    before: list[object], now: list[object], drifts: bool
) -> None:
    """Beyond the twenty most frequent ones, too; as many as chance brings are no drift."""
    found = _drift(before, now)
    assert drifts is found.exceeds(0.2)
    assert not drifts or found.moved.startswith("values that came at most once before: 0 %")


def test_missing_values_flags_and_heavy_values_are_bins() -> None:
    """What is missing, true, or zero in most rows drifts like everything else."""
    for before, now in (
        ([1.0, 2.0] * 500, [1.0, None] * 500),
        ([True, False] * 500, [True] * 900 + [False] * 100),
        ([0] * 950 + list(range(1, 51)), [0] * 500 + list(range(1, 501))),
    ):
        assert _drift(list(before), list(now)).exceeds(0.2)
    everything = _drift([None, 1.0] * 50, [None, 1.0] * 50)
    assert (0.0, False) == (everything.effect, everything.exceeds(0.1))


def test_the_largest_effect_comes_first() -> None:
    """Equal ones by name."""
    before = pa.table({"a": ["x", "y"] * 50, "b": ["x", "y"] * 50, "c": ["x", "y"] * 50})
    now = pa.table({"a": ["x", "y"] * 50, "b": ["x"] * 100, "c": ["x", "y"] * 50})
    found = column_drifts(before, now, ["a", "b", "c"])
    assert ["b", "a", "c"] == [drift.column for drift in found]
