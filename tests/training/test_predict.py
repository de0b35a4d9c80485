"""What candidate and champion say about the test rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import training_pod
from skl2onnx import to_onnx
from sklearn.linear_model import LinearRegression, LogisticRegression
from training_pod import Ended, Pod, estimator, store_dataset, train_task

from modelbundle.reference_profile import read_profile
from modelbundle.skops_file import read_skops, write_skops

OWN = {"container": {"image": "own@sha256:0"}}
PICKLED = {**OWN, "trust": "Pickle"}


def _predictions(pod: Pod, name: str) -> Any:
    return json.loads((pod.mount / "predictions" / name).read_text())


def _train_rows(pod: Pod, target: str) -> tuple[pd.DataFrame, Any]:
    frame = pq.read_table(pod.mount / "data" / "train.parquet").to_pandas()
    return frame.drop(columns=target), frame[target].to_numpy()


def _own_model(pod: Pod, recipe: dict[str, Any], leave: Any) -> Ended:
    """What predict says when a container that saw the wines left this behind."""
    digest = store_dataset(pod.store, training_pod.wines())
    task = train_task(digest, "cultivar", recipe)
    pod.empty()
    assert 0 == pod.run("fetch", task).code
    leave(pod.mount / "output", *_train_rows(pod, "cultivar"))
    return pod.run("predict", task)


def test_files(pod: Pod) -> None:
    """Everything that publish needs is there, and describes the model."""
    table = training_pod.mixed()
    task = train_task(
        store_dataset(pod.store, table), "cultivar", estimator("linear_model.LogisticRegression")
    )
    ended = pod.run_all(task, ("fetch", "train", "predict"))
    assert (0, {}) == (ended.code, ended.document)
    expected = {
        "candidate.parquet",
        "example.json",
        "model.json",
        "model.onnx",
        "profile.json",
        "runtimes.json",
        "shuffled.json",
        "shuffled.parquet",
    }
    assert expected == {path.name for path in (pod.mount / "predictions").iterdir()}
    model = _predictions(pod, "model.json")
    assert ("Classification", ["c0", "c1", "c2"]) == (model["task"], model["classes"])
    kinds = [(feature["name"], feature["kind"]) for feature in model["features"]]
    assert [
        ("alcohol", "Float"),
        ("proline", "Integer"),
        ("strong", "Boolean"),
        ("colour", "Category"),
    ] == kinds
    assert [True] * 4 == [feature["acceptsMissing"] for feature in model["features"]]


def test_predictions_are_the_models_own(pod: Pod) -> None:
    """The answers are those of the stored estimator on the test rows."""
    table = training_pod.tumours()
    recipe = estimator("linear_model.LogisticRegression")
    task = train_task(store_dataset(pod.store, table), "diagnosis", recipe)
    pod.run_all(task, ("fetch", "train", "predict"))
    model = read_skops(pod.mount / "output" / "model.skops")
    asked = table.frame.iloc[427:].drop(columns="diagnosis")
    found = pq.read_table(pod.mount / "predictions" / "candidate.parquet").to_pydict()
    assert model.predict(asked).tolist() == found["answer"]
    assert model.predict_proba(asked)[:, 1].tolist() == found["probability_1"]


def test_profile_counts_train_rows_and_test_predictions(pod: Pod) -> None:
    """Features are counted over the train part, predictions over the test part."""
    table = training_pod.mixed()
    recipe = estimator("linear_model.LogisticRegression")
    task = train_task(store_dataset(pod.store, table), "cultivar", recipe)
    pod.run_all(task, ("fetch", "train", "predict"))
    profile = read_profile(pod.mount / "predictions")
    missing = int(table.frame["alcohol"].iloc[:300].isna().sum())
    assert (300, missing) == (profile.rows, profile.features[0].missing)
    assert 100 == sum(profile.predictions[0].counts)


def test_example_is_no_row_of_the_data(pod: Pod) -> None:
    """The example is made of medians and comes with the model's answer."""
    table = training_pod.tumours()
    recipe = estimator("linear_model.LogisticRegression")
    task = train_task(store_dataset(pod.store, table), "diagnosis", recipe)
    pod.run_all(task, ("fetch", "train", "predict"))
    example = _predictions(pod, "example.json")
    data = example["request"]["inputs"][0]["data"]
    train = table.frame.iloc[:427].drop(columns="diagnosis")
    assert train.median().tolist() == pytest.approx(data, rel=1e-5)
    assert data not in table.frame.drop(columns="diagnosis").to_numpy().tolist()
    assert example["response"]["outputs"][0]["data"][0] in {"B", "M"}


@pytest.mark.parametrize("name", ["model.skops", "model.joblib", "model.onnx"])
def test_a_containers_model(pod: Pod, name: str) -> None:
    """A user's container may leave skops, a trusted pickle or ONNX."""

    def leave(folder: Path, rows: pd.DataFrame, answers: Any) -> None:
        model = LogisticRegression(max_iter=3000).fit(rows, answers)
        if name == "model.skops":
            write_skops(model, folder / name)
        elif name == "model.joblib":
            joblib.dump(model, folder / name)
        else:
            matrix = rows.to_numpy(dtype=np.float32)[:1]
            (folder / name).write_bytes(to_onnx(model, matrix).SerializeToString())

    ended = _own_model(pod, PICKLED, leave)
    assert (0, {}) == (ended.code, ended.document)
    assert [0, 1, 2] == _predictions(pod, "model.json")["classes"]
    assert _predictions(pod, "runtimes.json")["serve"] in {"onnx", "sklearn"}


def _nothing(folder: Path, rows: pd.DataFrame, answers: Any) -> None:
    """Leaves no model."""


def _fewer_columns(folder: Path, rows: pd.DataFrame, answers: Any) -> None:
    write_skops(LogisticRegression().fit(rows.to_numpy()[:, :2], answers), folder / "model.skops")


def _a_matrix_of_answers(folder: Path, rows: pd.DataFrame, answers: Any) -> None:
    twice = np.column_stack([answers, answers])
    write_skops(LinearRegression().fit(rows, twice), folder / "model.skops")


def _a_dictionary(folder: Path, rows: pd.DataFrame, answers: Any) -> None:
    joblib.dump({"weights": [1, 2]}, folder / "model.joblib")


def _no_archive(folder: Path, rows: pd.DataFrame, answers: Any) -> None:
    (folder / "model.skops").write_bytes(b"PK no archive")


def _not_fitted(folder: Path, rows: pd.DataFrame, answers: Any) -> None:
    write_skops(LinearRegression(), folder / "model.skops")


@pytest.mark.parametrize(
    ("leave", "reason", "words"),
    [
        pytest.param(_nothing, "ModelUnreadable", "found nothing", id="no model"),
        pytest.param(_no_archive, "ModelUnreadable", "not a readable skops", id="other bytes"),
        pytest.param(_a_dictionary, "ModelUnreadable", "is a dict", id="no estimator"),
        pytest.param(_fewer_columns, "ModelUnreadable", "fitted on 2 columns", id="fewer columns"),
        pytest.param(_a_matrix_of_answers, "PredictionsInvalid", "answers of shape", id="shape"),
        pytest.param(_not_fitted, "PredictionsInvalid", "not fitted yet", id="not fitted"),
    ],
)
def test_a_containers_mistakes(pod: Pod, leave: Any, reason: str, words: str) -> None:
    """What cannot be asked is exit 13 with a sentence, never a traceback."""
    ended = _own_model(pod, PICKLED, leave)
    assert (13, reason) == (ended.code, ended.document["reason"])
    assert words in ended.document["message"]
    assert "Traceback" not in ended.document["message"]


def test_large_models_are_not_converted(pod: Pod, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model too large to convert in time is served by scikit-learn, and the record says why."""
    monkeypatch.setattr("trainer.predict.MAX_CONVERTED_BYTES", 10)
    recipe = estimator("linear_model.Ridge")
    digest = store_dataset(pod.store, training_pod.diabetes())
    pod.run_all(train_task(digest, "progression", recipe), ("fetch", "train", "predict"))
    runtimes = _predictions(pod, "runtimes.json")
    assert "sklearn" == runtimes["serve"]
    assert "too large to convert" in runtimes["why"]
    assert not (pod.mount / "predictions" / "model.onnx").exists()
