"""Whole ingests for tests: files in, a result document and a file store out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from modelbundle.store import Store, open_store
from trainer.datasets.dataset_manifest import DatasetManifest, dataset_folder, read_manifest
from trainer.ingest import run
from trainer.pod.environment import Environment
from trainer.tasks.ingest_task import IngestTask

NOW = "2026-11-21T08:00:00Z"
COLUMNS = [
    {"name": "a", "type": "Float"},
    {"name": "n", "type": "Integer"},
    {"name": "site", "type": "Category"},
    {"name": "y", "type": "Category"},
]
"""Of `plain_rows`, as a user declares them."""


def ingest_task(root: Path, **changes: Any) -> IngestTask:
    """A task over all files below `root` whose target is `y`; `changes` are camelCase fields."""
    document: dict[str, Any] = {
        "version": 1,
        "dataset": "tumours",
        "source": {"kind": "files", "root": str(root), "path": "*"},
        "target": "y",
        "now": NOW,
        "checks": {"targetLeakage": "Ignore"},
        "split": {"testPercent": 40, "by": "RowHash", "seed": 7},
    }
    return IngestTask.model_validate(document | changes)


@dataclass(frozen=True, slots=True)
class Rig:
    """A folder for sources and a store beside it."""

    folder: Path

    @property
    def source(self) -> Path:
        """Where sources are put."""
        place = self.folder / "source"
        place.mkdir(exist_ok=True)
        return place

    @property
    def environment(self) -> Environment:
        """The pod of an ingest over this rig."""
        return Environment(store_url=f"file://{self.folder}/store", spool=self.folder)

    @property
    def store(self) -> Store:
        """The artifact store."""
        return open_store(f"file://{self.folder}/store")

    def put(self, name: str, content: str | bytes | pa.Table) -> None:
        """The source holds this file; a table is written as parquet."""
        place = self.source / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pa.Table):
            pq.write_table(content, place)
        elif isinstance(content, str):
            place.write_text(content, encoding="utf-8")
        else:
            place.write_bytes(content)

    def ingest(self, **changes: Any) -> dict[str, Any]:
        """The result document of an ingest of everything in the source."""
        return run(ingest_task(self.source, **changes), self.environment).document

    def manifest(self, digest: str) -> DatasetManifest:
        """The manifest of a version in the store."""
        return read_manifest(self.store, digest)

    def table(self, digest: str, part: str) -> pa.Table:
        """All rows of one part of a version."""
        folder = self.folder / "store" / dataset_folder(digest) / part
        return pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("*.parquet"))])


def csv_of(rows: list[dict[str, Any]]) -> str:
    """The rows as CSV; None is an empty cell."""
    names = list(rows[0])
    lines = [",".join(names)]
    lines += [",".join("" if row[n] is None else str(row[n]) for n in names) for row in rows]
    return "\n".join(lines) + "\n"


def plain_rows(count: int) -> list[dict[str, Any]]:
    """Rows with a float, an integer, a category and a target that none of them tells."""
    return [
        {
            "a": f"{(number * 37) % 101 / 8}",
            "n": number % 13,
            "site": ("left", "right", "middle")[number % 3],
            "y": ("no", "yes")[(number * number) % 7 % 2],
        }
        for number in range(count)
    ]


def failures_of(document: dict[str, Any]) -> list[tuple[str, str | None, int]]:
    """Check, column and count of every failure, in order."""
    return [(f["check"], f["column"], f["count"]) for f in document["failures"]]
