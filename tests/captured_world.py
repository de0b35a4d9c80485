"""Captured rows and their labels in a store, as collectors and refreshes leave them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import training_pod
from training_pod import Ended, Pod, Table, estimator, store_dataset, train_task

from modelbundle.captured_rows import CapturedModel, CapturedRows
from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind
from modelbundle.store import open_store
from trainer.captures.capture_table import Circumstances, capture_table

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FEATURES = (Feature("alcohol", Kind.FLOAT), Feature("region", Kind.CATEGORY))


@dataclass(frozen=True, slots=True)
class Answered:
    """One captured prediction."""

    id: str
    said: Any
    hours_ago: float = 1.0
    region: str = "north"


@dataclass(slots=True)
class CapturedWorld:
    """A store with a bundle whose classes are c0, c1 and c2."""

    pod: Pod
    bundle: str
    parts: int = 0

    def capture(
        self,
        answered: Sequence[Answered],
        revision: str = "r1",
        counts: Sequence[int] | None = None,
        bundle: str = "",
    ) -> None:
        """One more part; `counts`: how many of the rows belong to each request."""
        numbers = np.arange(float(len(answered))).reshape(-1, 1)
        texts = np.array([[item.region] for item in answered], dtype=object).reshape(-1, 1)
        said = [item.said for item in answered]
        values = np.array(said, dtype=object if isinstance(said[0], str) else None)
        counts = counts or [1] * len(answered)
        starts = np.cumsum([0, *counts[:-1]])
        times = [(NOW - timedelta(hours=answered[at].hours_ago)).timestamp() for at in starts]
        rows = CapturedRows(
            [answered[at].id for at in starts],
            times,
            list(counts),
            Rows(numbers, texts),
            Prediction(values, None),
        )
        table = capture_table(
            CapturedModel(FEATURES, ("c0", "c1", "c2"), (), ()),
            rows,
            Circumstances(revision, bundle or self.bundle, 100.0),
        )
        content = io.BytesIO()
        pq.write_table(table, content)
        self.parts += 1
        key = f"captures/u1/{revision}/2026-11-28/pod-{self.parts:05d}.parquet"
        open_store(f"file://{self.pod.store}").write(key, content.getvalue())

    def join(self, pairs: Mapping[str, Any] | Sequence[tuple[Any, Any]], **changes: Any) -> Ended:
        """What the join of these labels says."""
        rows = list(pairs.items()) if isinstance(pairs, Mapping) else list(pairs)
        frame = pd.DataFrame(rows, columns=["request_id", "outcome"])
        return self.join_table(frame, **changes)

    def join_table(self, frame: pd.DataFrame, **changes: Any) -> Ended:
        """The same, with all columns of the frame."""
        kinds = {name: _kind(frame[name]) for name in frame.columns}
        roles = {"request_id": "Id"}
        digest = store_dataset(self.pod.store, Table(frame, "outcome", kinds, roles))
        labels = {
            "dataset": {"digest": digest},
            "requestIdColumn": "request_id",
            "labelColumn": "outcome",
            **changes.pop("labels", {}),
        }
        task = {
            "version": 1,
            "run": "join-1",
            "captures": "captures/u1",
            "folder": "labelled/u1",
            "labels": labels,
            "metric": "accuracy",
            "windowRows": 1000,
            "now": NOW.isoformat(),
        }
        (self.pod.store / training_pod.RESULT).unlink(missing_ok=True)
        return self.pod.run("join", task | changes)

    def labelled(self) -> list[dict[str, Any]]:
        """The labelled rows that the last join left."""
        path = self.pod.store / "labelled" / "u1" / "rows.parquet"
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows

    def empty(self) -> None:
        """Nothing is captured."""
        store = open_store(f"file://{self.pod.store}")
        for folder in ("captures", "labelled"):
            for entry in store.list(folder):
                store.delete(entry.key)


def captured_world(folder: Path) -> CapturedWorld:
    """A world with a trained model."""
    pod = Pod(folder)
    dataset = store_dataset(pod.store, training_pod.mixed(80))
    recipe = estimator("linear_model.LogisticRegression")
    ended = pod.run_all(train_task(dataset, "cultivar", recipe))
    assert 0 == ended.code, ended.document
    return CapturedWorld(pod, str(ended.document["bundle"]))


def _kind(column: pd.Series) -> str:
    first = next((value for value in column.tolist() if not pd.isna(value)), "")
    return {bool: "Boolean", int: "Integer", float: "Float"}.get(type(first), "Category")
