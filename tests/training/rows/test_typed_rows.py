"""Raw rows in any batches become typed rows in blocks."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from ingests import ingest_task

from trainer.files.raw_batch import RawBatch
from trainer.rows.schema import Schema, declared_schema
from trainer.rows.typed_rows import BLOCK_ROWS, TypedRows

_COLUMNS = [
    {"name": "a", "type": "Integer"},
    {"name": "note", "type": "String", "role": "Ignore"},
    {"name": "y", "type": "Category"},
]


def _schema() -> Schema:
    task = ingest_task(Path("/source"), columns=_COLUMNS)
    return declared_schema(task.columns or (), task)


def _raw(**columns: list[str | None]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array(cells, pa.string()) for cells in columns.values()], names=list(columns)
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3 * BLOCK_ROWS), min_size=1, max_size=4))
def test_blocks_have_one_size_whatever_the_batches(sizes: list[int]) -> None:
    """Rows keep their order and number."""
    batches, start = [], 0
    for size in sizes:
        cells: list[str | None] = [str(number) for number in range(start, start + size)]
        batches.append(RawBatch(_raw(a=cells, y=["no"] * size)))
        start += size
    blocks = list(TypedRows(_schema()).blocks(iter(batches)))
    assert list(range(start)) == [n for b in blocks for n in b.rows.column("a").to_pylist()]
    assert [BLOCK_ROWS] * (len(blocks) - 1) == [b.rows.num_rows for b in blocks[:-1]]
    assert [1 + BLOCK_ROWS * n for n in range(len(blocks))] == [b.first_row for b in blocks]


def test_what_does_not_fit_is_remembered() -> None:
    """Mismatches, missing cells, absent and unexpected columns, each with its rows."""
    typed = TypedRows(_schema())
    batches = [
        RawBatch(_raw(a=["1", "x", ""], y=["no", "no", None], new=["1", "2", "3"])),
        RawBatch(_raw(y=["no"])),
    ]
    blocks = list(typed.blocks(iter(batches)))
    fit = typed.fits["a"]
    assert [1, None, None, None] == blocks[0].rows.column("a").to_pylist()
    assert ["a", "y"] == blocks[0].rows.schema.names
    assert (1, [(2, "x")], 1, [(3, "missing")]) == (
        fit.mismatches.count,
        fit.mismatches.found,
        fit.missing.count,
        fit.missing.found,
    )
    assert (3, 1, 2) == (fit.present, fit.absent, fit.filled)
    assert (["new"], [(3, "missing")]) == (list(typed.unexpected), typed.fits["y"].missing.found)


def test_absent_keys_of_json_lines_are_missing_values() -> None:
    """There, a column is not there until its first value comes."""
    typed = TypedRows(_schema())
    batches = [RawBatch(_raw(y=["no"]), keys_vary=True), RawBatch(_raw(a=["1"], y=["no"]), True)]
    list(typed.blocks(iter(batches)))
    assert (1, [(1, "missing")]) == (
        typed.fits["a"].missing.count,
        typed.fits["a"].missing.found,
    )
