"""What users bring themselves: an image of their own that trains, a model that is there already."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pyarrow.parquet as pq
import pytest
import training_pod
from malicious_pickle import Malicious
from skl2onnx import to_onnx
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from training_pod import RESULT, Ended, Pod, store_dataset, train_task

from modelbundle.canonical import digest_of
from modelbundle.packing import verify

OWN = {"container": {"image": "own@sha256:0"}}


def _own(pod: Pod, leave: Any, **recipe: Any) -> list[Ended]:
    digest = store_dataset(pod.store, training_pod.wines())
    task = train_task(digest, "cultivar", {**OWN, **recipe})
    pod.run("fetch", task)
    frame = pq.read_table(pod.mount / "data" / "train.parquet").to_pandas()
    model = DecisionTreeClassifier(random_state=0)
    model.fit(frame.drop(columns="cultivar"), frame["cultivar"].to_numpy())
    leave(pod.mount / "output", model)
    return [pod.run(verb, task) for verb in ("predict", "publish")]


def test_a_containers_metrics(pod: Pod) -> None:
    """Its own metrics are kept under their names; it does not word its own accuracy."""

    def leave(folder: Path, model: Any) -> None:
        joblib.dump(model, folder / "model.joblib")
        (folder / "metrics.json").write_text('{"gini": 0.123456789, "accuracy": 1.5}')

    ended = _own(pod, leave, trust="Pickle")[-1]
    assert 0 == ended.code
    assert {"gini": "0.123457"} == ended.document["ownMetrics"]
    assert float(ended.document["metrics"]["accuracy"]) <= 1
    assert verify(pod.bundle(ended.document["bundle"]), ended.document["bundle"]).origin.trust


def test_many_metrics(pod: Pod) -> None:
    """However many and wordy they are: as many as a record holds are reported, and the bundle has
    all. What the pod of a run has no room for, that of a report has.
    """
    chance = random.Random(1)
    names = ["".join(chance.choices(string.ascii_letters, k=32)) for _ in range(400)]
    wordy = {name: chance.random() for name in names}

    def leave(folder: Path, model: Any) -> None:
        joblib.dump(model, folder / "model.joblib")
        (folder / "metrics.json").write_text(json.dumps(wordy))

    ended = _own(pod, leave, trust="Pickle")[-1]
    assert (0, "Succeeded") == (ended.code, ended.document["outcome"])
    assert ["libraries", "ownMetrics", "quantitativeAnalysis"] == ended.document["leftOut"]
    report = pod.run("report", {}).document
    assert ended.document["bundle"] == report["bundle"]
    assert "leftOut" not in report
    assert sorted(names)[:64] == list(report["ownMetrics"])
    assert "accuracy" in report["metrics"]
    about = json.loads((pod.bundle(ended.document["bundle"]) / "about/metrics.json").read_text())
    assert {*names, *ended.document["metrics"]} == set(about["metrics"])


def test_publish_never_unpickles(pod: Pod) -> None:
    """A pickle that appears after `predict` is refused without trust, and with it only copied."""
    mark = pod.root / "mark"

    def replace(folder: Path, model: Any) -> None:
        joblib.dump(model, folder / "model.joblib")

    for trust, code in (("Pickle", 0), (None, 13)):
        _own(pod, replace, trust="Pickle")
        joblib.dump(Malicious(mark), pod.mount / "output" / "model.joblib")
        digest = store_dataset(pod.store, training_pod.wines())
        recipe = {**OWN, "trust": trust}
        (pod.store / RESULT).unlink(missing_ok=True)
        ended = pod.run_process("publish", train_task(digest, "cultivar", recipe))
        assert (code, False) == (ended.code, mark.exists())
    joblib.load(pod.mount / "output" / "model.joblib")
    assert mark.exists()


def test_an_import(pod: Pod) -> None:
    """An imported ONNX model skips training and passes the same grading."""
    table = training_pod.wines()
    train = table.frame.iloc[:134]
    model = LogisticRegression(max_iter=3000).fit(
        train.drop(columns="cultivar").to_numpy(), train["cultivar"].to_numpy()
    )
    content = to_onnx(model, np.ones((1, 13), dtype=np.float32)).SerializeToString()
    (pod.store / "imports").mkdir(parents=True)
    (pod.store / "imports" / "wine.onnx").write_bytes(content)
    source = {"kind": "store", "path": "imports/wine.onnx"}
    wanted = {"source": source, "format": "Onnx", "digest": digest_of(content)}
    task = train_task(store_dataset(pod.store, table), "cultivar", {"import": wanted})
    ended = pod.run_all(task, ("fetch", "predict", "publish"))
    asked = table.frame.iloc[134:].drop(columns="cultivar").to_numpy(dtype=np.float32)
    accuracy = metrics.accuracy_score(table.frame["cultivar"].iloc[134:], model.predict(asked))
    assert (0, "onnx") == (ended.code, ended.document["serves"])
    assert float(ended.document["metrics"]["accuracy"]) == pytest.approx(accuracy, abs=1e-5)
    assert ("onnx",) == verify(
        pod.bundle(ended.document["bundle"]), ended.document["bundle"]
    ).formats
