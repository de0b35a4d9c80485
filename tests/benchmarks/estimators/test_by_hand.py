"""A few of the sweep's recipes without a node: the trainer's own processes, and the runtimes.

The models made by hand are those that the sweep compares with, on all rows that it asks.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training_pod import RESULT, Pod, train_task

from benchmarks.estimators.asking import Answers, distance, expected_of, frame_of
from benchmarks.estimators.recipes import BOOSTED, PREPARED, ROWS, Row
from benchmarks.estimators.stored import stored_data
from benchmarks.estimators.tables import TABLES, dataset
from modelbundle.loading import chosen_runtime, load_runtime
from modelbundle.packing import verify
from modelbundle.rows import rows_of_frame
from modelbundle.store import open_store

_FEW = [row for row in ROWS if row.name in {"SVC", "RandomForestClassifier"}]


def answers_of(pod: Pod, row: Row) -> tuple[Answers, Answers]:
    """What the model of the recipe says of the test rows, and the one made by hand."""
    source = pod.root / "source"
    source.mkdir()
    TABLES[row.data]().to_csv(source / "rows.csv", index=False)
    spec: dict[str, Any] = dataset(row.data)["spec"]
    asked = {
        "version": 1,
        "dataset": row.data,
        "source": {"kind": "files", "root": str(source), "path": "*.csv"},
        "now": "2026-11-21T09:00:00Z",
        **{name: spec[name] for name in ("target", "columns", "checks")},
    }
    ingested = pod.run("ingest", asked)
    assert 0 == ingested.code, ingested.document
    (pod.store / RESULT).unlink()
    data = stored_data(open_store(f"file://{pod.store}"), ingested.document["digest"], pod.root)
    task = train_task(ingested.document["digest"], data.target, {"estimator": row.estimator})
    ended = pod.run_all(task)
    assert 0 == ended.code, ended.document
    folder = pod.bundle(ended.document["bundle"])
    manifest = verify(folder, ended.document["bundle"])
    runtime = load_runtime(folder, manifest, chosen_runtime(folder, manifest))
    frame = frame_of(data.test, data.names[:-1])
    found = runtime.predict(rows_of_frame(frame, data.features))
    expected = expected_of(row.by_hand(), data.train, data.test, data.names)
    return Answers(np.asarray(found.values).tolist(), found.probabilities), expected


@pytest.mark.filterwarnings("default")  # what libraries warn of is not asked here
@pytest.mark.parametrize("row", [pytest.param(r, id=r.name) for r in (*_FEW, *BOOSTED, *PREPARED)])
def test_it_is_the_model_that_people_make_by_hand(row: Row, tmp_path: Path) -> None:
    """All labels, and numbers within 1e-5, with raw columns alone."""
    found, expected = answers_of(Pod(tmp_path), row)
    assert distance(found, expected).holds, distance(found, expected)
    assert len(expected.values) > 40
    assert len(set(expected.values)) > 1


def test_each_recipe_names_a_class_as_people_import_it() -> None:
    """From the module that the library documents, whatever file it lies in."""
    for row in ROWS:
        module, _, name = row.estimator["class"].rpartition(".")
        assert hasattr(importlib.import_module(module), name), row.name


def test_each_recipe_has_a_name_of_its_own() -> None:
    """Lines of the table, and what an earlier sweep found, go by it."""
    assert len(ROWS) == len({row.name for row in ROWS})
    assert 20 <= sum(row.estimator["class"].startswith("sklearn.") for row in ROWS)
