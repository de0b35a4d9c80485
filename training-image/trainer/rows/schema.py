"""Which columns does a dataset version have: declared, locked before, or inferred?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modelbundle.canonical import canonical_json, digest_of
from trainer.datasets.dataset_manifest import DatasetColumn, DatasetManifest
from trainer.rows.inference import MAX_CATEGORIES, InferredColumn
from trainer.tasks.ingest_task import Column, ColumnType, IngestTask, Role, Split, SplitBy

_KINDS = {
    ColumnType.FLOAT: "Float",
    ColumnType.INTEGER: "Integer",
    ColumnType.BOOLEAN: "Boolean",
    ColumnType.CATEGORY: "Category",
    ColumnType.STRING: "Category",
}


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """One column; `limits` holds what was declared about its values."""

    name: str
    type: ColumnType
    role: Role
    limits: Column | None = None

    @property
    def stored(self) -> bool:
        """False for role Ignore: neither kept, nor checked, nor part of the digest."""
        return self.role is not Role.IGNORE

    @property
    def manifest(self) -> DatasetColumn:
        """The column as the manifest holds it; times reach no model."""
        return DatasetColumn(self.name, self.type, self.role, _KINDS.get(self.type))


@dataclass(frozen=True, slots=True)
class Schema:
    """All columns in order.

    `locked`: they come from an earlier version and must not change. `required`: names without
    which nothing works (target, split column), whether the columns hold them or not.
    """

    columns: tuple[SchemaColumn, ...]
    target: str
    required: tuple[str, ...] = ()
    locked: bool = False
    notes: tuple[str, ...] = ()

    @property
    def stored(self) -> tuple[SchemaColumn, ...]:
        """The columns that are kept, in order."""
        return tuple(column for column in self.columns if column.stored)

    def names(self) -> frozenset[str]:
        """Every column's name, ignored ones included."""
        return frozenset(column.name for column in self.columns)

    @property
    def digest(self) -> str:
        """Changes when a name, type, role or the target changes."""
        columns = [[c.name, str(c.type), str(c.role)] for c in self.columns]
        return digest_of(canonical_json({"columns": columns, "target": self.target}))


def declared_schema(columns: tuple[Column, ...], task: IngestTask) -> Schema:
    """The schema as the user wrote it."""
    target = task.target
    return Schema(
        tuple(
            SchemaColumn(c.name, c.type, Role.TARGET if c.name == target else c.role, c)
            for c in columns
        ),
        target,
        _required(task),
    )


def _required(task: IngestTask) -> tuple[str, ...]:
    return tuple(name for name in (task.target, task.split.column) if name)


def locked_schema(manifest: DatasetManifest, task: IngestTask) -> Schema:
    """The schema of an earlier version, with today's target and split column in their roles."""
    columns = []
    for column in manifest.columns:
        role = column.role
        if column.name == task.target:
            role = Role.TARGET
        elif column.name == manifest.target:
            role = Role.FEATURE
        columns.append(SchemaColumn(column.name, column.type, role))
    return Schema(tuple(columns), task.target, _required(task), locked=True)


def inferred_schema(found: Mapping[str, InferredColumn], task: IngestTask) -> Schema:
    """The schema that the data itself shows; `notes` tell what was left out and why."""
    columns: list[SchemaColumn] = []
    notes: list[str] = []
    for name, inferred in found.items():
        kind = _type_of(name, inferred, task)
        role = _role_of(name, inferred, task, columns)
        if role is Role.IGNORE:
            notes.append(f"column {name} is left out: {_why(inferred)}; declare it to use it")
        elif kind is ColumnType.STRING and role is Role.ID:
            notes.append(f"column {name} is no feature: {_why(inferred)}; declare it to use it")
        columns.append(SchemaColumn(name, kind, role))
    return Schema(tuple(columns), task.target, _required(task), notes=tuple(notes))


def _type_of(name: str, inferred: InferredColumn, task: IngestTask) -> ColumnType:
    if name == task.target and inferred.type is ColumnType.TIMESTAMP:
        return ColumnType.CATEGORY
    if _splits_by_time(name, task.split):
        return ColumnType.TIMESTAMP
    return inferred.type


def _splits_by_time(name: str, split: Split) -> bool:
    return split.by is SplitBy.TIME and name == split.column


def _role_of(
    name: str, inferred: InferredColumn, task: IngestTask, before: list[SchemaColumn]
) -> Role:
    kind = _type_of(name, inferred, task)
    if name == task.target:
        return Role.TARGET
    if name == task.split.column:
        # A group is who or where a row comes from: a model that knows it would not generalise.
        return Role.TIME if task.split.by is SplitBy.TIME else Role.ID
    if kind is ColumnType.STRING:
        # Free text still tells one row from another: without it, different rows would look equal.
        return Role.ID if inferred.seen else Role.IGNORE
    if kind is ColumnType.TIMESTAMP:
        taken = task.split.by is SplitBy.TIME or any(c.role is Role.TIME for c in before)
        return Role.IGNORE if taken else Role.TIME
    return Role.FEATURE


def _why(inferred: InferredColumn) -> str:
    if not inferred.seen:
        return "it holds no value"
    if inferred.type is ColumnType.TIMESTAMP:
        return "another column already is the time of a row"
    return f"it holds over {MAX_CATEGORIES} different texts"
