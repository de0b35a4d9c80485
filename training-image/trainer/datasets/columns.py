"""What may a training pod know about the columns? `columns.json`, written by fetch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from modelbundle.signature import Feature, Kind
from trainer.datasets.dataset_manifest import DatasetColumn, DatasetManifest
from trainer.pod.exits import Reason, UserFault
from trainer.tasks.ingest_task import ColumnType, Role

COLUMNS_NAME = "columns.json"


@dataclass(frozen=True, slots=True)
class Columns:
    """The stored columns of a dataset version, and which of them is predicted (`target`; other
    columns with role Target beside it).
    """

    target: str
    members: tuple[DatasetColumn, ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """What the model sees, in the order of the data."""
        return tuple(
            Feature(column.name, Kind(column.kind))
            for column in self.members
            if column.role is Role.FEATURE and column.kind is not None
        )

    @property
    def targets(self) -> tuple[str, ...]:
        """What is predicted: the target, then the other columns with that role, as they stand."""
        named = (c.name for c in self.members if c.role is Role.TARGET)
        return (self.target, *(name for name in named if name != self.target))

    @property
    def weight(self) -> str | None:
        """The column that says how much a row counts."""
        return next((c.name for c in self.members if c.role is Role.WEIGHT), None)

    @property
    def graded(self) -> tuple[str, ...]:
        """What is kept from user code until grading: targets, weight and slices."""
        kept = (Role.TARGET, Role.WEIGHT, Role.SLICE)
        return tuple(c.name for c in self.members if c.role in kept or c.name == self.target)


def columns_of(manifest: DatasetManifest) -> Columns:
    """The stored columns of a dataset version.

    Raises UserFault(DatasetCorrupt) when none of them is a feature.
    """
    stored = tuple(column for column in manifest.columns if column.role is not Role.IGNORE)
    columns = Columns(manifest.target, stored)
    if not columns.features:
        raise UserFault(
            Reason.DATASET_CORRUPT,
            "the dataset has no column with role Feature, so there is nothing to learn from;"
            " give a column of the Dataset that role",
        )
    return columns


def write_columns(columns: Columns, folder: Path) -> None:
    """`columns.json` in the folder says all of it."""
    document = {
        "version": 1,
        "target": columns.target,
        "columns": [column.document() for column in columns.members],
    }
    (folder / COLUMNS_NAME).write_text(json.dumps(document, indent=1), encoding="utf-8")


def read_columns(folder: Path) -> Columns:
    """The columns as `fetch` wrote them. Raises FileNotFoundError when fetch did not run."""
    document = json.loads((folder / COLUMNS_NAME).read_text(encoding="utf-8"))
    members = tuple(
        DatasetColumn(c["name"], ColumnType(c["type"]), Role(c["role"]), c["kind"])
        for c in document["columns"]
    )
    return Columns(document["target"], members)
