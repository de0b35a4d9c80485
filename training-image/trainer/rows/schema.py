"""Which columns does a dataset version have: declared, locked before, or inferred?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modelbundle.canonical import canonical_json, digest_of
from trainer.datasets.dataset_manifest import DatasetColumn, DatasetManifest
from trainer.rows.cell_forms import Form
from trainer.tasks.ingest_task import (
    Column,
    ColumnType,
    IngestTask,
    Role,
    TimePart,
    part_name,
)

_DECLARED = "declared in spec.columns"
_LOCKED = "as in the version that locked the columns"
_KINDS = {
    ColumnType.FLOAT: "Float",
    ColumnType.INTEGER: "Integer",
    ColumnType.BOOLEAN: "Boolean",
    ColumnType.CATEGORY: "Category",
    ColumnType.STRING: "Category",
}


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """One column; `limits` holds what was declared about its values, `why` says in words from
    what its type follows, `part` of which time of the source it is a part.
    """

    name: str
    type: ColumnType
    role: Role
    limits: Column | None = None
    why: str = ""
    part: tuple[str, TimePart] | None = None

    @property
    def stored(self) -> bool:
        """False for role Ignore: neither kept, nor checked, nor part of the digest."""
        return self.role is not Role.IGNORE

    @property
    def source(self) -> str:
        """The column of the source that its values come from."""
        return self.part[0] if self.part else self.name

    @property
    def manifest(self) -> DatasetColumn:
        """The column as the manifest holds it; times reach no model."""
        return DatasetColumn(self.name, self.type, self.role, _KINDS.get(self.type))


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A column most of whose cells have one of the `likely` forms, but which is text all the same.

    `forms` counts the cells of every form; `cells` are the first ones (row, text) that say no.
    """

    column: str
    likely: frozenset[Form]
    forms: Mapping[Form, int]
    cells: tuple[tuple[int, str], ...]


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
    ambiguous: tuple[Ambiguity, ...] = ()

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
    """The schema as the user wrote it, a time that is a feature with its parts behind it."""
    found: list[SchemaColumn] = []
    for column in columns:
        role = Role.TARGET if column.name == task.target else column.role
        found.append(SchemaColumn(column.name, column.type, role, column, _DECLARED))
        if column.type is ColumnType.TIMESTAMP and role is Role.FEATURE:
            found += _parts(column.name)
    return Schema(tuple(found), task.target, required_names(task))


def _parts(time: str) -> list[SchemaColumn]:
    return [
        SchemaColumn(
            part_name(time, part),
            ColumnType.INTEGER,
            Role.FEATURE,
            why=f"the {part} of {time}",
            part=(time, part),
        )
        for part in TimePart
    ]


def required_names(task: IngestTask) -> tuple[str, ...]:
    """Names without which nothing works."""
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
        columns.append(SchemaColumn(column.name, column.type, role, why=_LOCKED))
    return Schema(tuple(columns), task.target, required_names(task), locked=True)
