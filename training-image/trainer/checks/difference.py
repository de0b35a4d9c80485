"""What differs from the version before: rows, columns, distributions?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from modelbundle.store import Store
from trainer.checks.column_drift import ColumnDrift, column_drifts
from trainer.checks.profiling import decimal
from trainer.checks.row_changes import RowChanges, RowComparison
from trainer.datasets.dataset_manifest import DatasetColumn, DatasetManifest
from trainer.datasets.stored_rows import stored_rows
from trainer.rows.findings import EXAMPLES, Check, Failure, share
from trainer.rows.row_digests import Keys, positions, row_keys
from trainer.rows.sampling import RowSample, Sample
from trainer.rows.schema import Schema
from trainer.tasks.ingest_task import AgainstPrevious, ColumnType, Role

_COMPARED = frozenset({Role.FEATURE, Role.SLICE, Role.TARGET, Role.WEIGHT})
_SHOWN_DRIFTS = 5
_SHOWN_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class Before:
    """The version before: its digest, its manifest, and where its rows lie."""

    digest: str
    manifest: DatasetManifest
    store: Store


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs; `changes` is None where rows cannot be compared, because the columns differ or
    the version before does not hold all of its rows.
    """

    before: Before
    rows: int
    changes: RowChanges | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    retyped: tuple[str, ...]
    drifts: tuple[ColumnDrift, ...]
    effect: float

    @property
    def drifted(self) -> tuple[ColumnDrift, ...]:
        """Columns that moved by at least the effect that counts, the largest first."""
        return tuple(drift for drift in self.drifts if drift.exceeds(self.effect))

    @property
    def lost(self) -> int:
        """Rows of the version before that are gone: of known ids, else by the number of rows."""
        if self.changes is not None and self.changes.changed is not None:
            return self.changes.removed
        return max(0, self.before.manifest.rows - self.rows)

    def document(self) -> dict[str, Any]:
        """The difference as results hold it."""
        changes = self.changes
        return {
            "previous": self.before.digest,
            "previousRows": self.before.manifest.rows,
            "rowsAdded": changes.added if changes else None,
            "rowsRemoved": changes.removed if changes else None,
            "rowsChanged": changes.changed if changes else None,
            "columnsAdded": list(self.added[:_SHOWN_COLUMNS]),
            "columnsRemoved": list(self.removed[:_SHOWN_COLUMNS]),
            "columnsRetyped": list(self.retyped[:_SHOWN_COLUMNS]),
            "driftedColumns": len(self.drifted),
            "drifts": [
                {"column": d.column, "effect": decimal(d.effect), "moved": d.moved}
                for d in self.drifted[:_SHOWN_DRIFTS]
            ],
        }

    def failures(self, allowed: AgainstPrevious) -> Iterator[Failure]:
        """What differs more than it may."""
        bound, rows = allowed.max_rows_lost_percent, self.before.manifest.rows
        name = self.before.digest[7:19]
        if bound is not None and Decimal(self.lost * 100) > bound * rows:
            message = (
                f"of version {name}, {share(self.lost, rows)} are gone, allowed are {bound} %: is"
                " the export whole? If it is, raise checks.againstPrevious.maxRowsLostPercent"
            )
            yield Failure(Check.ROWS_LOST, None, self.lost, rows, (), message)
        most, drifted = allowed.max_drifted_columns, self.drifted
        if most is not None and len(drifted) > most:
            named = ", ".join(f"{d.column} ({decimal(d.effect)})" for d in drifted[:_SHOWN_DRIFTS])
            message = (
                f"{_counted(len(drifted))} against version {name}, allowed are {most}: {named}. If"
                " the world has changed and not the export, raise"
                " checks.againstPrevious.maxDriftedColumns"
            )
            examples = tuple(f"{d.column} {d.moved}" for d in drifted[:EXAMPLES])
            yield Failure(
                Check.COLUMNS_DRIFTED, drifted[0].column, self.rows, self.rows, examples, message
            )


class Comparison:
    """Sees the rows of the new version as they pass; the version before is read at the end, and
    only where its rows are others.
    """

    def __init__(self, before: Before, schema: Schema, folder: Path) -> None:
        self._before = before
        self._folder = folder
        self._now = {c.name: c for c in (column.manifest for column in schema.stored)}
        self._then = {c.name: c for c in before.manifest.columns if c.role is not Role.IGNORE}
        self._rows = self._comparison()

    def add(self, rows: pa.RecordBatch, keys: Keys) -> None:
        """Takes the next rows of the new version into account."""
        if self._rows is not None:
            self._rows.add("now", rows, keys)

    def result(self, digest: str, rows: int, sample: Sample | None, effect: float) -> Difference:
        """What differs; `digest` names the content of all rows that were added."""
        same = digest == self._before.manifest.content_digest
        changes, drifts = (RowChanges(0, 0, None), ()) if same else self._compared(sample)
        shared = self._now.keys() & self._then.keys()
        return Difference(
            before=self._before,
            rows=rows,
            changes=changes,
            added=tuple(name for name in self._now if name not in self._then),
            removed=tuple(name for name in self._then if name not in self._now),
            retyped=tuple(n for n in self._now if n in shared and self._retyped(n)),
            drifts=drifts,
            effect=effect,
        )

    def _retyped(self, name: str) -> bool:
        return self._now[name].type is not self._then[name].type

    def _comparison(self) -> RowComparison | None:
        manifest = self._before.manifest
        whole = manifest.rows == manifest.train_rows + manifest.test_rows
        if not whole or _typed(self._now) != _typed(self._then):
            return None
        names = [column.name for column in self._now.values() if column.role is Role.ID]
        return RowComparison(self._folder, names)

    def _compared(self, sample: Sample | None) -> tuple[RowChanges | None, tuple[ColumnDrift, ...]]:
        before = self._before
        sampled = RowSample(len(self._then))
        first = 1
        for rows in stored_rows(before.store, before.digest, before.manifest, self._folder):
            keys = row_keys(rows)
            if self._rows is not None:
                self._rows.add("before", rows, keys)
            sampled.add(rows, positions(keys), first)
            first += rows.num_rows
        changes = self._rows.result() if self._rows is not None else None
        then = sampled.result()
        if then is None or sample is None:
            return changes, ()
        return changes, tuple(column_drifts(then.rows, sample.rows, self._distributed()))

    def _distributed(self) -> list[str]:
        """Columns of both versions whose values have a distribution that matters."""
        return [
            name
            for name, column in self._now.items()
            if column.role in _COMPARED
            and column.type is not ColumnType.TIMESTAMP
            and name in self._then
            and not self._retyped(name)
        ]


def _typed(columns: dict[str, DatasetColumn]) -> dict[str, ColumnType]:
    return {name: column.type for name, column in columns.items()}


def _counted(columns: int) -> str:
    return "1 column drifted" if columns == 1 else f"{columns} columns drifted"
