"""The parts of the rows on which boosted trees grow: who holds them, and where.

Proves: training-image/trainer/distributed/grown_by_parts.py
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client, wait
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from trainer.datasets.columns import Columns
from trainer.datasets.dataset_manifest import DatasetColumn
from trainer.distributed import parts
from trainer.distributed.grown_by_parts import arrays_of
from trainer.tasks.ingest_task import ColumnType, Role

COLUMNS = Columns(
    "y",
    (
        DatasetColumn("a", ColumnType.FLOAT, Role.FEATURE, "Float"),
        DatasetColumn("y", ColumnType.FLOAT, Role.TARGET, None),
    ),
)
PART, PARTS = 50, 7


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of seven parts, each of two groups of rows."""
    monkeypatch.setattr(parts, "PART_ROWS", PART)
    found = tmp_path / "train.parquet"
    numbers = np.arange(PART * PARTS, dtype=np.float64)
    pq.write_table(pa.table({"a": numbers, "y": -numbers}), found, row_group_size=PART // 2)
    return found


def model() -> Any:
    """What stands before the trees, and what numbers the labels: nothing."""
    return make_pipeline(FunctionTransformer(), LinearRegression()).fit([[0.0], [1.0]], [0, 1])


def test_each_worker_has_as_many_parts_and_holds_none_in_memory(client: Client, path: Path) -> None:
    """Every row is there once, in order; a part is a file of the worker's disk."""
    found = parts.read_parts(client, model(), path, COLUMNS)
    assert [3, 4] == sorted(Counter(part.at for part in found).values())
    features, answers, weights = arrays_of(found, 1, weighted=False)
    kept = client.persist(features)
    wait(kept)
    places = client.who_has(kept)
    assert [3, 4] == sorted(Counter(place for (place,) in places.values()).values())
    mapped = client.run(_mapped)
    assert {True} == set(mapped.values())
    np.testing.assert_array_equal(kept.compute()[:, 0], np.arange(PART * PARTS))
    np.testing.assert_array_equal(answers.compute(), -np.arange(PART * PARTS))
    assert weights is None


def _mapped(dask_worker: Any) -> bool:
    """Whether all arrays of features that the worker holds lie on its disk."""
    found = [v for v in dask_worker.data.values() if isinstance(v, np.ndarray) and v.ndim == 2]
    return bool(found) and all(isinstance(v.base, np.memmap) for v in found)
