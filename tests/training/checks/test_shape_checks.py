"""Columns and cells against the schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from ingests import ingest_task

from trainer.checks.shape_checks import (
    is_absent,
    shape_failures,
    unreadable_failures,
)
from trainer.files.raw_batch import FileRead, RawBatch
from trainer.files.row_numbers import RowNumbers
from trainer.rows.findings import Failure
from trainer.rows.schema import Schema, SchemaColumn, declared_schema
from trainer.rows.typed_rows import TypedRows
from trainer.tasks.ingest_task import ColumnType, Role

_NUMBERS = RowNumbers(())


def _typed(schema: Schema, *batches: RawBatch) -> TypedRows:
    typed = TypedRows(schema)
    list(typed.blocks(iter(batches)))
    return typed


def _raw(keys_vary: bool = False, **columns: list[str]) -> RawBatch:
    arrays = [pa.array(cells, pa.string()) for cells in columns.values()]
    return RawBatch(pa.RecordBatch.from_arrays(arrays, names=list(columns)), keys_vary)


def _declared(*columns: dict[str, Any]) -> Schema:
    task = ingest_task(Path("/source"), columns=[*columns, {"name": "y", "type": "Category"}])
    return declared_schema(task.columns or (), task)


def _locked(*columns: tuple[str, ColumnType]) -> Schema:
    found = [SchemaColumn(name, kind, Role.FEATURE) for name, kind in columns]
    return Schema((*found, SchemaColumn("y", ColumnType.CATEGORY, Role.TARGET)), "y", ("y",), True)


_HEADER = ". The first row of a CSV file is its header; without one declare csv.header: false"


def _told(failures: list[Failure]) -> list[tuple[str, str | None, int, str]]:
    return [(str(f.check), f.column, f.count, f.message) for f in failures]


def test_a_column_that_is_not_there_is_named_beside_those_that_are() -> None:
    """An ignored one may be absent."""
    schema = _declared(
        {"name": "a", "type": "Float"}, {"name": "note", "type": "String", "role": "Ignore"}
    )
    typed = _typed(schema, _raw(b=["1"], y=["no"]))
    assert [
        (
            "ColumnMissing",
            "a",
            1,
            "column a is not in the source, which has y, b: add it or change the spec" + _HEADER,
        )
    ] == _told(list(shape_failures(typed, _NUMBERS)))
    assert (True, False) == (is_absent("a", typed), is_absent("y", typed))


def test_a_column_that_some_files_lack_is_missing_in_their_rows() -> None:
    """In JSON lines an absent key is a missing value instead."""
    schema = _declared({"name": "a", "type": "Float"})
    csv = _typed(schema, _raw(a=["1"], y=["no"]), _raw(y=["no", "no"]))
    jsonl = _typed(schema, _raw(True, a=["1"], y=["no"]), _raw(True, y=["no", "no"]))
    files = [
        FileRead("a.csv", "", 0, 0, 1, None, (), (), ("a", "y")),
        FileRead("b.csv", "", 0, 1, 2, None, (), (), ("y",)),
    ]
    (failure,) = shape_failures(csv, _NUMBERS, files)
    assert (2, True) == (failure.count, "in b.csv (2 rows)" in failure.message)
    assert [] == list(shape_failures(jsonl, _NUMBERS))


def test_cells_of_another_type_are_counted_and_shown() -> None:
    """With the type that was declared."""
    typed = _typed(_declared({"name": "a", "type": "Float"}), _raw(a=["1", "x"], y=["no", "no"]))
    (failure,) = shape_failures(typed, _NUMBERS)
    assert ("TypeMismatch", "a", 1, 2, ("row 2: x",)) == (
        str(failure.check),
        failure.column,
        failure.count,
        failure.rows,
        failure.examples,
    )
    assert "column a is Float; 1 of 2 rows (50 %) are not" in failure.message


def test_a_locked_shape_tells_what_changed() -> None:
    """Added, removed and retyped in one failure; a few bad cells are no other type."""
    schema = _locked(("a", ColumnType.FLOAT), ("b", ColumnType.FLOAT), ("c", ColumnType.INTEGER))
    typed = _typed(
        schema,
        _raw(a=["x", "z", ""], c=["1", "2", "x"], new=["1", "2", "3"], y=["no", "no", "no"]),
    )
    changed, cells = shape_failures(typed, _NUMBERS)
    assert ("new, b, a", 3) == (changed.column, changed.count)
    assert ("added new", "removed b", "retyped a (Float → Category)") == changed.examples
    assert ("TypeMismatch", "c", 1) == (str(cells.check), cells.column, cells.count)


def test_rows_that_could_not_be_read_are_one_failure() -> None:
    """Over all files, with three examples."""
    files = [
        FileRead("a.csv", "", 0, 0, 7, None, (2, 5), ("1 cells, not 2: x", "3 cells")),
        FileRead("b.csv", "", 0, 7, 10, None, (1,), ("nope",)),
    ]
    (failure,) = unreadable_failures(files, _NUMBERS)
    assert (3, 20) == (failure.count, failure.rows)
    assert ("row 2: 1 cells, not 2: x", "row 5: 3 cells", "row 1: nope") == failure.examples
    assert [] == list(unreadable_failures(files[:0], _NUMBERS))
