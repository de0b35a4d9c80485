"""Pods of a batch prediction without a cluster: volumes are folders, containers are calls."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from serving_bundles import Sample
from training_pod import Ended

from modelbundle.publishing import publish
from modelbundle.store import open_store
from trainer.__main__ import main
from trainyard.jobs.result_message import read_document

VERBS = ("stage-in", "score", "stage-out")
OUTPUT = "predictions/daily/daily-0123456789"


@dataclass(frozen=True, slots=True)
class BatchPods:
    """The pods of one run; store and source are shared, volumes are fresh for each part."""

    root: Path
    bundle: str

    @property
    def source(self) -> Path:
        """Where the files are that are scored."""
        return self.root / "source"

    @property
    def output(self) -> Path:
        """The folder of the run in the store."""
        return self.root / "store" / OUTPUT

    def task(self, **changes: Any) -> dict[str, Any]:
        """Return the task over all files of the source."""
        document = {
            "version": 1,
            "run": "daily-0123456789",
            "source": {"kind": "files", "root": str(self.source), "path": "*"},
            "bundle": self.bundle,
            "output": OUTPUT,
        }
        return document | changes

    def run(self, part: int = 0, verbs: Sequence[str] = VERBS, **changes: Any) -> Ended:
        """The containers of a part in their order, up to the first that fails."""
        shutil.rmtree(self.root / "trainyard", ignore_errors=True)
        message = self.root / "termination-log"
        variables = {
            "TRAINYARD_MOUNT": str(self.root / "trainyard"),
            "TRAINYARD_TERMINATION_LOG": str(message),
            "TRAINYARD_STORE_URL": f"file://{self.root}/store",
            "TRAINYARD_SPOOL": str(self.root),
            "TRAINYARD_TASK": json.dumps(self.task(**changes)),
            "JOB_COMPLETION_INDEX": str(part),
        }
        code = 0
        for verb in verbs:
            message.unlink(missing_ok=True)
            # Only the first and the last container of a pod have the address of the store.
            own = {k: v for k, v in variables.items() if verb != "score" or "STORE" not in k}
            code = main([verb], own)
            if code:
                break
        said = message.read_text(encoding="utf-8") if message.exists() else "{}"
        return Ended(code, dict(read_document(said) or {}))

    def predictions(self, part: int = 0) -> pa.Table:
        """What the part left in the store."""
        return pq.ParquetFile(self.output / f"part-{part:05}.parquet").read()

    def set_aside(self, part: int = 0) -> list[dict[str, Any]]:
        """The rows of the part that were not scored."""
        path = self.output / "_set-aside" / f"part-{part:05}.parquet"
        return list(pq.ParquetFile(path).read().to_pylist()) if path.exists() else []


def batch_pods(root: Path, sample: Sample) -> BatchPods:
    """Pods with an empty source, and the model in their store."""
    publish(open_store(f"file://{root}/store"), sample.directory, sample.digest)
    (root / "source").mkdir()
    return BatchPods(root, sample.digest)


def write_formats(frame: pd.DataFrame, folder: Path) -> None:
    """The folder holds the rows three times: as a.csv, b.parquet and c.jsonl."""
    frame.to_csv(folder / "a.csv", index=False)
    frame.to_parquet(folder / "b.parquet", index=False)
    frame.to_json(folder / "c.jsonl", orient="records", lines=True)
