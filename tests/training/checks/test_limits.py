"""Cells against what was declared about their column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ingests import ingest_task

from trainer.checks.limits import Limits
from trainer.checks.profiling import Profile
from trainer.files.row_numbers import RowNumbers
from trainer.rows.findings import Failure
from trainer.rows.schema import declared_schema

_TYPES = {"Float": pa.float64(), "Integer": pa.int64(), "Category": pa.string()}


def _failures(column: dict[str, Any], cells: list[Any]) -> list[Failure]:
    columns = [{"name": "a"} | column, {"name": "y", "type": "Category"}]
    task = ingest_task(Path("/source"), columns=columns)
    schema = declared_schema(task.columns or (), task)
    limits, profile = Limits(schema), Profile(schema)
    kind = _TYPES[column["type"]]
    for start in (0, 2):
        part = pa.array(cells[start : start + 2], kind)
        y = pa.array(["no"] * len(part))
        rows = pa.RecordBatch.from_arrays([part, y], names=["a", "y"])
        limits.add(rows, start + 1, profile.add(rows))
    return list(limits.failures(len(cells), RowNumbers(())))


@pytest.mark.parametrize(
    ("column", "cells", "examples"),
    [
        pytest.param(
            {"type": "Float", "min": "0", "max": "1.5"},
            [0, 1.5, -0.1, 1.6],
            ("row 3: -0.1", "row 4: 1.6"),
            id="bounds themselves are inside",
        ),
        pytest.param(
            {"type": "Integer", "min": "0.5"}, [1, 0, 2, None], ("row 2: 0",), id="a broken bound"
        ),
        pytest.param(
            {"type": "Integer", "max": "1e30"}, [2**62, 1, 1, 1], (), id="a bound beyond integers"
        ),
        pytest.param(
            {"type": "Integer", "max": str(2**53)},
            [2**53, 2**53 + 1, None, None],
            (f"row 2: {2**53 + 1}",),
            id="whole numbers that no float tells apart",
        ),
        pytest.param(
            {"type": "Float", "role": "Weight"},
            [1, 0, -1, 2],
            ("row 3: -1.0",),
            id="weights are not negative",
        ),
        pytest.param(
            {"type": "Category", "allowed": ["left", "right"]},
            ["left", "up", None, "Right"],
            ("row 2: up", "row 4: Right"),
            id="texts that are not allowed; missing is another check",
        ),
        pytest.param({"type": "Float"}, [-1e300, 1, 2, 3], (), id="no limit at all"),
    ],
)
def test_cells_outside_are_counted_and_shown(
    column: dict[str, Any], cells: list[Any], examples: tuple[str, ...]
) -> None:
    """By row, across batches."""
    found = _failures(column, cells)
    assert [examples] * bool(examples) == [failure.examples for failure in found]
    assert [len(examples)] * bool(examples) == [failure.count for failure in found]


def test_messages_say_what_was_wanted() -> None:
    """And what to do."""
    (outside,) = _failures({"type": "Float", "min": "0", "max": "9"}, [-1, 1, 1, 1])
    (unknown,) = _failures({"type": "Category", "allowed": list("abcdefg")}, ["a", "x", "a", "a"])
    assert outside.message == (
        "column a must be at least 0 and at most 9; 1 of 4 rows (25 %) are not: correct the rows"
        " or the column's min and max"
    )
    assert unknown.message == (
        "column a allows a, b, c, d, e and 2 more; 1 of 4 rows (25 %) hold something else: correct"
        " the rows or add to allowed"
    )
