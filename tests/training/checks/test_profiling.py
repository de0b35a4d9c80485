"""The numbers of profile.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from ingests import ingest_task

from trainer.checks.profiling import Profile, decimal, quantiles
from trainer.rows.schema import declared_schema

_TIME = pa.timestamp("us", "UTC")


def _profile(*batches: pa.RecordBatch) -> dict[str, Any]:
    columns = [
        {"name": "a", "type": "Float"},
        {"name": "at", "type": "Timestamp", "role": "Time"},
        {"name": "y", "type": "Category"},
    ]
    task = ingest_task(Path("/source"), columns=columns)
    profile = Profile(declared_schema(task.columns or (), task))
    for batch in batches:
        profile.add(batch)
    table = pa.Table.from_batches(batches)
    document: dict[str, Any] = json.loads(profile.content(table))
    return document


def _batch(numbers: list[float | None], texts: list[str | None]) -> pa.RecordBatch:
    times = [None if n is None else 1_000_000 for n in numbers]
    arrays = [pa.array(numbers, pa.float64()), pa.array(times, _TIME), pa.array(texts, pa.string())]
    return pa.RecordBatch.from_arrays(arrays, names=["a", "at", "y"])


def test_a_profile_counts_and_describes_every_column() -> None:
    """Across batches; numbers are decimal strings."""
    found = _profile(_batch([1, 2, None], ["x", "y", "x"]), _batch([6], [None]))
    a, at, y = found["columns"]
    assert (4, 4) == (found["rows"], found["sampledRows"])
    assert ("Feature", 3, 1, "1", "6", "3", "2.64575") == tuple(
        a[name] for name in ("role", "count", "missing", "min", "max", "mean", "standardDeviation")
    )
    assert ("2", "1") == (a["quantiles"]["0.5"], at["max"])
    assert (2, True) == (y["distinct"], y["distinctIsExact"])
    assert [{"value": "x", "count": 2}, {"value": "y", "count": 1}] == y["top"]


def test_a_column_without_values_has_no_numbers() -> None:
    """And is no crash."""
    a = _profile(_batch([None], [None]))["columns"][0]
    assert (0, 1, {}) == (a["count"], a["missing"], a["quantiles"])
    assert "min" not in a


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40), st.integers(1, 39))
def test_mean_and_deviation_are_right_however_rows_are_cut(numbers: list[float], cut: int) -> None:
    """To the digits that are shown, give or take the last."""
    parts = [part for part in (numbers[:cut], numbers[cut:]) if part]
    a = _profile(*(_batch([*part], ["x"] * len(part)) for part in parts))["columns"][0]
    scale = max(abs(number) for number in numbers) + 1e-9
    assert abs(np.mean(numbers) - float(a["mean"])) <= 1e-5 * scale
    assert abs(np.std(numbers, ddof=1) - float(a["standardDeviation"])) <= 1e-5 * scale


def test_many_different_texts_are_counted_with_bounded_memory() -> None:
    """The profile says that it no longer counts them all."""
    texts: list[str | None] = [f"t{number}" for number in range(6000)]
    y = _profile(_batch([1.0] * 6000, texts))["columns"][2]
    assert (5000, False, 20) == (y["distinct"], y["distinctIsExact"], len(y["top"]))


def test_decimals_have_at_most_six_digits() -> None:
    """Whatever their size."""
    assert ["0.973684", "1e-07", "123457", "1.23457e+09"] == [
        decimal(number) for number in (0.97368421, 1e-7, 123456.789, 1234567890)
    ]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
def test_quantiles_are_those_of_numpy(numbers: list[float]) -> None:
    """To the last digit, so that a profile stays what it was."""
    values, shares = np.array(numbers), np.array([0.01, 0.25, 0.5, 0.9, 1.0])
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.array_equal(np.quantile(values, shares), quantiles(values, shares), True)
