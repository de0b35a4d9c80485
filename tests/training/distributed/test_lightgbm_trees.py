"""LightGBM's trees, grown by workers that are processes of their own, on parts of the rows.

Proves: training-image/trainer/distributed/lightgbm_trees.py
Proves: training-image/trainer/distributed/gathering.py
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np
import pandas as pd
import psutil  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client
from free_port import free_port
from training_pod import ROOT, Pod

from trainer import train_together
from trainer.datasets.columns import Columns
from trainer.datasets.dataset_manifest import DatasetColumn
from trainer.distributed import gathering, parts
from trainer.fit import fitted
from trainer.recipes.boosting import boosted_parts
from trainer.tasks.ingest_task import ColumnType, Role
from trainer.tasks.train_task import Estimator

CLASSIFIER, REGRESSOR = "lightgbm.LGBMClassifier", "lightgbm.LGBMRegressor"
NAMES = ("a", "b", "c")
ROWS, PART = 24_000, 3_000
SEED = 7
PATIENCE = 300


def rows() -> pd.DataFrame:
    """Numbers so few that every worker finds the same thresholds, and three classes of them.

    The rows of a class lie together, so no worker sees all classes.
    """
    chance = np.random.default_rng(0)
    found = pd.DataFrame({name: chance.integers(0, 40, ROWS).astype(float) for name in NAMES})
    score = found.a + found.b * (found.c > 20) + 10 * chance.normal(size=ROWS)
    found["number"] = score
    found["label"] = np.where(score > 60, "top", np.where(score > 10, "middle", "bottom"))
    found["weight"] = chance.integers(1, 4, ROWS).astype(float)
    return found.sort_values("label", ignore_index=True)


def columns_of(target: str, *, weighted: bool) -> Columns:
    """The features, what is predicted, and how much a row weighs."""
    members = [DatasetColumn(name, ColumnType.FLOAT, Role.FEATURE, "Float") for name in NAMES]
    kind = ColumnType.CATEGORY if target == "label" else ColumnType.FLOAT
    members.append(DatasetColumn(target, kind, Role.TARGET, None))
    if weighted:
        members.append(DatasetColumn("weight", ColumnType.FLOAT, Role.WEIGHT, None))
    return Columns(target, tuple(members))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the rows, in eight parts."""
    monkeypatch.setattr(parts, "PART_ROWS", PART)
    found = tmp_path / "train.parquet"
    pq.write_table(pa.Table.from_pandas(rows()), found, row_group_size=PART)
    return found


def recipe_of(name: str, **parameters: Any) -> Estimator:
    """Few small trees: LightGBM estimates the rows of a leaf when machines share them."""
    given = {"n_estimators": 12, "num_leaves": 7, **parameters}
    return Estimator.model_validate({"class": name, "parameters": given})


@contextmanager
def working(count: int, folder: Path) -> Iterator[tuple[Client, list[subprocess.Popen[bytes]]]]:
    """A client of so many workers, and their processes."""
    port = free_port()
    environment = {
        **os.environ,
        **Pod(folder).variables({}),
        "PYTHONPATH": os.pathsep.join(str(ROOT / f) for f in ("training-image", "serving-image")),
        gathering.SCHEDULER: f"tcp://127.0.0.1:{port}",
        "OMP_NUM_THREADS": "1",
    }
    command = (sys.executable, "-m", "trainer", "work")
    found = [
        subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(count)
    ]
    try:
        with gathering.workers(count, port, PATIENCE) as client:
            yield client, found
        assert {0, -signal.SIGKILL} >= {one.wait(timeout=PATIENCE) for one in found}
    finally:
        for one in found:
            one.kill()
            one.wait()


def grown(client: Client, recipe: Estimator, columns: Columns, path: Path) -> Any:
    """The model, as a run fits it."""
    fit = partial(train_together._grown, client, recipe, SEED, columns, path)
    return gathering.fitted_together(client, fit)


def answers(model: Any) -> Any:
    """What the model says of each row."""
    frame = rows()[list(NAMES)]
    found = model.predict_proba(frame) if hasattr(model, "predict_proba") else model.predict(frame)
    return np.asarray(found)


def text(model: Any) -> str:
    """The trees, and the parameters beside them."""
    (part,) = (p for p in boosted_parts(model) if p.__sklearn_is_fitted__())
    found: str = part.booster_.model_to_string()
    return found


def test_the_same_number_of_workers_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    """Whatever addresses they have: no machine is named, and sums go by the order of the parts."""
    recipe, columns = recipe_of(REGRESSOR), columns_of("number", weighted=False)
    found = set()
    for _ in range(2):
        with working(2, tmp_path) as (client, _processes):
            found.add(text(grown(client, recipe, columns, path)))
    assert len(found) == 1
    assert "127.0.0.1" not in found.pop()


@pytest.mark.parametrize("linked", [False, True], ids=["before", "while they add up"])
def test_a_worker_that_is_killed_is_no_end_of_the_fit(
    path: Path, tmp_path: Path, *, linked: bool
) -> None:
    """Those that wait for it begin anew, and grow the trees among themselves."""
    columns = columns_of("number", weighted=False)
    # The first fit would not end in time, the next one does.
    recipes = iter([recipe_of(REGRESSOR, n_estimators=1_000_000), recipe_of(REGRESSOR)])

    def fit() -> Any:
        return train_together._grown(client, next(recipes), SEED, columns, path)

    with working(3, tmp_path) as (client, processes):
        killer = threading.Thread(target=_kill, args=(client, processes, linked))
        killer.start()
        model = gathering.fitted_together(client, fit)
        killer.join()
        assert -signal.SIGKILL == processes[1].poll()
        assert len(gathering.addresses(client)) == 2
    assert text(model).count("\nTree=") == 12


def _kill(client: Client, processes: list[subprocess.Popen[bytes]], linked: bool) -> None:
    """One of the workers is killed, once all of them grow trees, or also speak to each other."""
    scheduler = str(client.scheduler_info()["address"])
    ours = {urlparse(at).port for at in (scheduler, *gathering.addresses(client))}
    with Client(scheduler, set_as_default=False) as watching:
        while not all(
            any("_grow" in str(key) for key in keys) for keys in watching.processing().values()
        ) or (linked and not all(_linked(process.pid, ours) for process in processes)):
            time.sleep(0.05)
    processes[1].kill()


def _linked(process: int, ours: set[int | None]) -> bool:
    """Whether it has a connection that is not Dask's."""
    found = psutil.Process(process).net_connections("tcp")
    return any(
        one.status == psutil.CONN_ESTABLISHED and not {one.laddr.port, one.raddr.port} & ours
        for one in found
    )


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of two workers; what needs workers of its own stands before its first use."""
    with working(2, tmp_path_factory.mktemp("two")) as (client, _processes):
        yield client


@pytest.mark.parametrize(
    ("recipe", "target", "weighted"),
    [
        (recipe_of(REGRESSOR), "number", False),
        (recipe_of(REGRESSOR, subsample=0.5, colsample_bytree=0.7), "number", True),
        (recipe_of(CLASSIFIER), "label", False),
        (recipe_of(CLASSIFIER, class_weight="balanced"), "label", True),
    ],
    ids=["numbers", "weights", "classes", "balanced"],
)
def test_the_trees_are_those_of_one_pod(
    recipe: Estimator, target: str, weighted: bool, path: Path, two: Client
) -> None:
    """Where all find the same thresholds, parts give what all rows give, and what tells of it."""
    columns = columns_of(target, weighted=weighted)
    table = pq.read_table(path)
    alone = fitted(recipe, SEED, columns, table, 1)
    together = grown(two, recipe, columns, path)
    if "subsample" not in recipe.parameters:
        np.testing.assert_allclose(answers(together), answers(alone), atol=1e-6)
    own, other = (text(model).partition("\nparameters:")[2] for model in (together, alone))
    assert own == other
    assert list(getattr(alone, "classes_", ())) == list(getattr(together, "classes_", ()))
