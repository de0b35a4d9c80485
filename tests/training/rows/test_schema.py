"""Which columns a version has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ingests import ingest_task

from trainer.datasets.dataset_manifest import DatasetColumn, DatasetManifest
from trainer.rows.inference import InferredColumn
from trainer.rows.schema import Schema, declared_schema, inferred_schema, locked_schema
from trainer.tasks.task import ColumnType, Role

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
    expected = ["later is left out", "empty is left out", "note is no feature"]
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


def test_a_split_by_time_reads_its_column_as_time() -> None:
    """Even where its cells look different: they are then reported."""
    schema = _inferred(split={"by": "Time", "column": "a"})
    assert ColumnType.TIMESTAMP == schema.columns[0].type


def test_declared_columns_keep_order_and_limits() -> None:
    """The target has its role by name."""
    columns = [
        {"name": "y", "type": "Category"},
        {"name": "a", "type": "Float", "min": "0"},
        {"name": "note", "type": "String", "role": "Ignore"},
    ]
    task = ingest_task(Path("/source"), columns=columns)
    schema = declared_schema(task.columns or (), task)
    assert {"y": "Target", "a": "Feature", "note": "Ignore"} == _roles(schema)
    assert ["y", "a"] == [column.name for column in schema.stored]
    assert [("y", "Category"), ("a", "Float"), ("note", "Category")] == [
        (column.manifest.name, column.manifest.kind) for column in schema.columns
    ]


def _manifest() -> DatasetManifest:
    columns = (
        DatasetColumn("a", ColumnType.FLOAT, Role.FEATURE, "Float"),
        DatasetColumn("old", ColumnType.CATEGORY, Role.TARGET, "Category"),
        DatasetColumn("y", ColumnType.CATEGORY, Role.FEATURE, "Category"),
    )
    return DatasetManifest("", "", columns, "old", {}, (), 0, 0, 0)


def test_a_locked_schema_follows_a_new_target() -> None:
    """The old target becomes a feature; types stay."""
    schema = locked_schema(_manifest(), ingest_task(Path("/source")))
    assert {"a": "Feature", "old": "Feature", "y": "Target"} == _roles(schema)
    assert schema.locked


def test_a_locked_schema_keeps_further_targets() -> None:
    """What was predicted beside the target never becomes a feature by itself."""
    columns = (
        DatasetColumn("a", ColumnType.FLOAT, Role.FEATURE, "Float"),
        DatasetColumn("y", ColumnType.FLOAT, Role.TARGET, None),
        DatasetColumn("z", ColumnType.FLOAT, Role.TARGET, None),
    )
    manifest = DatasetManifest("", "", columns, "y", {}, (), 0, 0, 0)
    schema = locked_schema(manifest, ingest_task(Path("/source")))
    assert {"a": "Feature", "y": "Target", "z": "Target"} == _roles(schema)


def test_the_digest_follows_names_types_roles_and_target() -> None:
    """Limits are no part of it."""
    column = {"name": "a", "type": "Float"}

    def digest(**changes: Any) -> str:
        columns = [column | changes, {"name": "y", "type": "Category"}]
        task = ingest_task(Path("/source"), columns=columns)
        return declared_schema(task.columns or (), task).digest

    assert digest() == digest(min="0")
    assert 4 == len({digest(), digest(name="b"), digest(type="Integer"), digest(role="Slice")})
