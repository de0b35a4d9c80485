"""Which columns undeclared data has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ingests import ingest_task

from trainer.rows.inference import InferredColumn
from trainer.rows.inferred_schema import inferred_schema
from trainer.rows.schema import Schema
from trainer.tasks.ingest_task import ColumnType

_CELLS = {
    "a": ["1.5"],
    "at": ["2026-01-01"],
    "later": ["2026-01-01"],
    "patient": ["p1"],
    "empty": [""],
    "note": [f"text {number}" for number in range(1001)],
    "y": ["no"],
}


def _inferred(**changes: Any) -> Schema:
    found = {}
    for name, cells in _CELLS.items():
        found[name] = InferredColumn()
        found[name].observe(pa.array(cells))
    return inferred_schema(found, ingest_task(Path("/source"), **changes))


def _roles(schema: Schema) -> dict[str, str]:
    return {column.name: str(column.role) for column in schema.columns}


def test_inferred_roles_follow_from_types() -> None:
    """The first time is the row's time; a second one and empty columns are left out; free text is
    kept without being a feature. All that is told.
    """
    schema = _inferred()
    assert {
        "a": "Feature",
        "at": "Time",
        "later": "Ignore",
        "patient": "Feature",
        "empty": "Ignore",
        "note": "Id",
        "y": "Target",
    } == _roles(schema)
    expected = [
        "later is left out",
        "empty is left out",
        "note is no feature",
        "at is taken as the time of a row",
    ]
    assert [f"column {text}" for text in expected] == [
        note.partition(":")[0] for note in schema.notes
    ]
    assert ["a", "at", "patient", "note", "y"] == [column.name for column in schema.stored]


@pytest.mark.parametrize(
    ("split", "column", "role"),
    [
        pytest.param({"by": "Group", "column": "patient"}, "patient", "Id", id="a group"),
        pytest.param({"by": "Time", "column": "later"}, "later", "Time", id="a time"),
        pytest.param({"by": "Time", "column": "later"}, "at", "Ignore", id="another time"),
    ],
)
def test_the_split_column_is_no_feature(split: dict[str, Any], column: str, role: str) -> None:
    """What decides who is tested must not be learnt from."""
    assert role == _roles(_inferred(split=split))[column]


def test_which_of_several_times_is_taken_is_told_with_the_others() -> None:
    """Unless the split names it, or there is one alone."""
    (told,) = (note for note in _inferred().notes if "taken" in note)
    assert "before later; declare the columns" in told
    by_time = _inferred(split={"by": "Time", "column": "later"})
    assert not any("taken" in note for note in by_time.notes)
    alone = _inferred(target="later")
    assert not any("taken" in note for note in alone.notes)


def test_a_split_by_time_reads_its_column_as_time() -> None:
    """Even where its cells look different: they are then reported."""
    schema = _inferred(split={"by": "Time", "column": "a"})
    assert ColumnType.TIMESTAMP == schema.columns[0].type


def _of(name: str, cells: list[str]) -> Schema:
    column = InferredColumn()
    column.observe(pa.array(cells))
    return inferred_schema({name: column}, ingest_task(Path("/source")))


@pytest.mark.parametrize(
    ("name", "cells", "words"),
    [
        pytest.param(
            "Unnamed: 0", ["0", "1"], "row numbers that pandas has added", id="row numbers"
        ),
        pytest.param(
            "zip", ["01234", "98765"], "01234 are digits that begin with a zero", id="codes"
        ),
        pytest.param("id", ["9" * 25], "beyond 64 bits", id="long numbers"),
        pytest.param("m", ["1", "2", "x"], "2 of 3 cells are numbers: row 3 is x", id="a mixture"),
        pytest.param("c", [f"c{n}" for n in range(65)], "keeps the 64 most frequent", id="many"),
    ],
)
def test_what_may_surprise_is_told(name: str, cells: list[str], words: str) -> None:
    """One sentence per column."""
    (note,) = _of(name, cells).notes
    assert words in note


def test_every_column_says_why_it_is_what_it_is() -> None:
    """Counted by what its cells look like."""
    (column,) = _of("a", ["1", "2.5", ""]).columns
    assert "2 numbers" == column.why


def test_a_column_that_is_nearly_numbers_is_for_a_person_to_decide() -> None:
    """With the first cells that are none."""
    (found,) = _of("a", ["1"] * 19 + ["?"]).ambiguous
    assert ("a", ((20, "?"),)) == (found.column, found.cells)
