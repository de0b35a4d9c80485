"""From where the schema comes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from ingests import ingest_task

from trainer.datasets.dataset_manifest import DatasetColumn, DatasetManifest
from trainer.files.raw_batch import RawBatch
from trainer.rows.learning import learned
from trainer.tasks.ingest_task import ColumnType, Role

_DIGEST = "sha256:" + "a" * 64
_MANIFEST = DatasetManifest(
    "", "", (DatasetColumn("y", ColumnType.FLOAT, Role.TARGET, "Float"),), "y", {}, (), 0, 0, 0
)
_COLUMNS = [{"name": "y", "type": "Category"}]


def _never(digest: str) -> DatasetManifest:
    raise AssertionError(f"{digest} was read")


def _batches(taken: list[int]) -> list[RawBatch]:
    def one(place: int, keys_vary: bool) -> RawBatch:
        taken.append(place)
        return RawBatch(pa.table({"y": [str(place)]}).to_batches()[0], keys_vary)

    return [one(1, False), one(2, True), one(3, False)]


def test_declared_columns_win_and_nothing_is_read_ahead(tmp_path: Path) -> None:
    """Rows stream through; an earlier version is not even looked at."""
    task = ingest_task(tmp_path, columns=_COLUMNS, lockedSchema=_DIGEST)
    batches = iter(_batches([]))
    schema, raw = learned(task, batches, _never, tmp_path)
    assert (False, batches) == (schema.locked, raw)


def test_locked_columns_come_from_the_version_that_is_named(tmp_path: Path) -> None:
    """Types and roles of its manifest."""
    task = ingest_task(tmp_path, lockedSchema=_DIGEST)
    schema, _ = learned(task, iter(()), {_DIGEST: _MANIFEST}.__getitem__, tmp_path)
    assert (True, ColumnType.FLOAT) == (schema.locked, schema.columns[0].type)


def test_with_neither_all_rows_are_looked_at_first(tmp_path: Path) -> None:
    """They come again in their order, from a copy, with what is known about their file."""
    schema, raw = learned(ingest_task(tmp_path), iter(_batches([])), _never, tmp_path)
    found = [(batch.rows.column("y")[0].as_py(), batch.keys_vary) for batch in raw]
    assert ColumnType.INTEGER == schema.columns[0].type
    assert [("1", False), ("2", True), ("3", False)] == found
