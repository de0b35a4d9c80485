"""Several targets, numbers or labels, from the data to the answer of the server."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import training_pod
from sklearn import metrics
from training_pod import Pod, Table, estimator, store_dataset, train_task

from modelbundle.example import output_tensors, read_example, request_inputs
from modelbundle.loading import RuntimeName, chosen_runtime, load_runtime
from modelbundle.packing import verify
from modelbundle.prediction import Prediction, Runtime
from modelbundle.reference_profile import read_profile
from modelbundle.rows import rows_of_frame
from modelserver.batches.batching import Batcher
from modelserver.batches.job import Job
from modelserver.core import Core, Deliver
from modelserver.payloads.answers import Answer, ModelIdentity
from modelserver.self_test import self_test

TARGETS = ["progression", "next_year"]


def _table() -> Table:
    """Diabetes, with a second number that is told by the features."""
    frame = training_pod.diabetes().frame.copy()
    frame["next_year"] = frame["progression"] / 10 + 40 * frame["bmi"]
    kinds = dict.fromkeys(frame.columns, "Float")
    return Table(frame, "progression", kinds, {"next_year": "Target"})


def _test_part(table: Table) -> pd.DataFrame:
    return table.frame.iloc[round(len(table.frame) * 0.75) :]


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        pytest.param("linear_model.LinearRegression", {}, id="a linear model"),
        pytest.param("ensemble.RandomForestRegressor", {"n_estimators": 8}, id="a forest"),
        pytest.param(
            "ensemble.HistGradientBoostingRegressor", {"max_iter": 9}, id="one model per target"
        ),
    ],
)
def test_from_data_to_bundle(path: str, parameters: dict[str, Any], tmp_path: Path) -> None:
    """The bundle names both targets, is graded on both, and answers both as scikit-learn does."""
    pod, table = Pod(tmp_path), _table()
    dataset = store_dataset(pod.store, table)
    ended = pod.run_all(train_task(dataset, "progression", estimator(path, **parameters)))
    assert 0 == ended.code, ended.document
    folder = pod.bundle(ended.document["bundle"])
    manifest = verify(folder, ended.document["bundle"])
    assert TARGETS == json.loads((folder / "manifest.json").read_bytes())["targets"]
    assert [(-1, 2)] == [tensor.shape for tensor in manifest.signature.outputs]
    assert TARGETS == [bins.name for bins in read_profile(folder).predictions]
    rows = rows_of_frame(_test_part(table), manifest.signature.features)
    native = load_runtime(folder, manifest, RuntimeName.SKLEARN).predict(rows)
    runtime = load_runtime(folder, manifest, chosen_runtime(folder, manifest))
    self_test(runtime, read_example(folder))
    np.testing.assert_allclose(runtime.predict(rows).values, native.values, rtol=1e-5, atol=1e-5)
    truth = _test_part(table)[TARGETS].to_numpy()
    expected = metrics.mean_absolute_error(truth, native.values, multioutput="uniform_average")
    assert expected == pytest.approx(float(ended.document["metrics"]["mae"]), rel=1e-5)


def test_the_server_answers_a_matrix(tmp_path: Path) -> None:
    """V2: one row-major tensor of rows and targets. V1: a list per row."""
    pod, table = Pod(tmp_path), _table()
    task = train_task(
        store_dataset(pod.store, table), "progression", estimator("linear_model.Ridge")
    )
    bundle = pod.run_all(task).document["bundle"]
    manifest = verify(pod.bundle(bundle), bundle)
    runtime = load_runtime(pod.bundle(bundle), manifest, RuntimeName.SKLEARN)
    rows = rows_of_frame(_test_part(table).iloc[:3], manifest.signature.features)
    expected = runtime.predict(rows)
    v2, v1 = asyncio.run(_asked(runtime, request_inputs(rows, runtime.signature)))
    assert output_tensors(expected, runtime.signature) == v2["outputs"]
    assert [3, 2] == v2["outputs"][0]["shape"]
    assert expected.values.tolist() == v1["predictions"]


async def _asked(runtime: Runtime, inputs: list[dict[str, Any]]) -> tuple[Any, Any]:
    batcher = Batcher(runtime, 8, time.perf_counter)
    core = Core(ModelIdentity("m", "r", "d"), runtime.signature, batcher, 8)
    (tensor,) = inputs
    instances = np.reshape(tensor["data"], tensor["shape"]).tolist()
    v2, v1 = json.dumps({"inputs": inputs}), json.dumps({"instances": instances})
    return (
        await _answered(partial(core.start_infer, v2.encode(), {})),
        await _answered(partial(core.start_v1, v1.encode(), {})),
    )


async def _answered(start: Callable[[Deliver], Job]) -> Any:
    delivered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    start(delivered.set_result)
    answer = await delivered
    assert isinstance(answer, Answer)
    return json.loads(answer.body)


def test_a_part_of_a_prediction_keeps_its_targets() -> None:
    """Batches are split by rows."""
    whole = Prediction(np.arange(6.0).reshape(3, 2), None)
    assert [[2.0, 3.0], [4.0, 5.0]] == whole.part(1, 3).values.tolist()
