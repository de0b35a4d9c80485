"""Which columns a version has that were declared or locked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingests import ingest_task

from trainer.datasets.dataset_manifest import DatasetColumn, DatasetManifest
from trainer.rows.schema import Schema, declared_schema, locked_schema
from trainer.tasks.ingest_task import ColumnType, Role


def _roles(schema: Schema) -> dict[str, str]:
    return {column.name: str(column.role) for column in schema.columns}


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
