"""One model, fitted by the image's own scheduler and workers, each a process of its own.

Proves: training-image/trainer/work.py, training-image/trainer/distributed/gathering.py
Proves: training-image/trainer/distributed/grown_by_parts.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from distributed import Client
from free_port import free_port
from training_pod import ROOT, Pod, Table, store_dataset, train_task

from modelbundle.skops_file import read_skops

FOREST = ("sklearn.ensemble.RandomForestClassifier", {"n_estimators": 20})
BOOSTED = ("xgboost.XGBClassifier", {"n_estimators": 20})
LIGHT = ("lightgbm.LGBMRegressor", {"n_estimators": 20})
PATIENCE = 300
ROWS = 3000


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Numbers, texts, some of them missing or seldom, a class and a number to predict."""
    chance = np.random.default_rng(0)
    found = pd.DataFrame({name: chance.normal(size=ROWS) for name in "ab"})
    found["c"] = chance.choice([*"xyzxyzxyz", "seldom"], ROWS)
    found.loc[::17, "a"] = np.nan
    found.loc[::23, "c"] = None
    signal = found.b + (found.c == "x") - (found.c == "y") + chance.normal(size=ROWS) / 3
    found["label"] = np.where(signal > 0, "yes", "no")
    found["number"] = signal
    return found


def task_for(pod: Pod, frame: pd.DataFrame, recipe: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The task of the recipe on the rows, without what it does not predict."""
    target = "number" if recipe[0].endswith("Regressor") else "label"
    kinds = {"a": "Float", "b": "Float", "c": "Category", "label": "Category", "number": "Float"}
    other = {"number", "label"} - {target}
    table = Table(frame.drop(columns=list(other)), target, kinds, {})
    estimator = {"class": recipe[0], "parameters": recipe[1], "preprocessing": {"mode": "Auto"}}
    return train_task(store_dataset(pod.store, table), target, {"estimator": estimator})


@contextmanager
def workers(pod: Pod, port: int, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers that look for the scheduler, and end with the fit."""
    environment = {
        **os.environ,
        **pod.variables({}),
        "PYTHONPATH": os.pathsep.join(str(ROOT / f) for f in ("training-image", "serving-image")),
        "TRAINYARD_SCHEDULER": f"tcp://127.0.0.1:{port}",
        "OMP_NUM_THREADS": "1",
    }
    command = (sys.executable, "-m", "trainer", "work")
    found = [
        subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(count)
    ]
    try:
        yield found
    finally:
        for worker in found:
            worker.kill()
            worker.wait()


def trained(pod: Pod, task: dict[str, Any], **variables: str) -> tuple[subprocess.Popen[str], Path]:
    """The container that trains, at work, and where its model will be."""
    environment = {
        **os.environ,
        **pod.variables(task),
        "PYTHONPATH": os.pathsep.join(str(ROOT / f) for f in ("training-image", "serving-image")),
        **variables,
    }
    process = subprocess.Popen(
        (sys.executable, "-m", "trainer", "train"),
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    return process, pod.mount / "output" / "model.skops"


def answers(model: Any, frame: pd.DataFrame) -> Any:
    """What the model says of each row."""
    rows = frame[["a", "b", "c"]]
    found = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)
    return np.asarray(found)


@pytest.mark.parametrize("recipe", [FOREST, BOOSTED, LIGHT], ids=lambda recipe: recipe[0])
def test_the_same_model_as_alone(
    recipe: tuple[str, dict[str, Any]], frame: pd.DataFrame, tmp_path: Path
) -> None:
    """What workers add up in another order differs in the last digits, if at all."""
    pod = Pod(tmp_path)
    task = task_for(pod, frame, recipe)
    assert 0 == pod.run("fetch", task).code
    assert 0 == pod.run("train", task).code
    path = pod.mount / "output" / "model.skops"
    alone = answers(read_skops(path), frame)
    path.unlink()
    port = free_port()
    with workers(pod, port, 2) as working:
        together = {**task, "distributed": {"workers": 2}}
        process, path = trained(pod, together, TRAINYARD_SCHEDULER_PORT=str(port))
        _, said = process.communicate(timeout=PATIENCE)
        assert 0 == process.returncode, said
        assert [0, 0] == [worker.wait(timeout=PATIENCE) for worker in working]
    np.testing.assert_allclose(answers(read_skops(path), frame), alone, atol=1e-6)


def test_a_worker_that_is_killed_is_no_end_of_the_fit(frame: pd.DataFrame, tmp_path: Path) -> None:
    """Those that are left begin anew, and the model is the same."""
    pod = Pod(tmp_path)
    task = task_for(pod, frame, (FOREST[0], {"n_estimators": 400}))
    assert 0 == pod.run("fetch", task).code
    assert 0 == pod.run("train", task).code
    alone = answers(read_skops(pod.mount / "output" / "model.skops"), frame)
    port = free_port()
    with workers(pod, port, 2) as working:
        together = {**task, "distributed": {"workers": 2}}
        process, path = trained(pod, together, TRAINYARD_SCHEDULER_PORT=str(port))
        _await_busy(port)
        working[0].kill()
        _, said = process.communicate(timeout=PATIENCE)
        assert 0 == process.returncode, said
        assert 0 == working[1].wait(timeout=PATIENCE)
    np.testing.assert_array_equal(alone, answers(read_skops(path), frame))


def _await_busy(port: int) -> None:
    """Return when every worker has something to compute."""
    deadline = time.monotonic() + PATIENCE
    with Client(f"tcp://127.0.0.1:{port}", timeout=PATIENCE, set_as_default=False) as watching:
        while time.monotonic() < deadline:
            given = watching.processing()
            if len(given) == 2 and all(given.values()):
                return
            time.sleep(0.02)
    raise AssertionError("the workers were given nothing to do")
