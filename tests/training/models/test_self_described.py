"""Imports of which nothing but the file is known, from the file to answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import joblib
import numpy as np
import onnx
import pandas as pd
import pytest
import training_pod
from lightgbm import LGBMClassifier
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.linear_model import LinearRegression, LogisticRegression
from training_pod import RESULT, Ended, Pod, train_task
from training_runs import LINEAR, run

from modelbundle.canonical import digest_of
from modelbundle.loading import chosen_runtime, load_runtime
from modelbundle.manifest import FORMAT_FILES, Manifest
from modelbundle.packing import verify
from modelbundle.prediction import Prediction
from modelbundle.reference_profile import read_profile
from modelbundle.rows import frame_of_rows, rows_of_frame
from modelbundle.signature import Kind
from modelbundle.skops_file import read_skops

NUMBERS = training_pod.wines()
MATRIX = NUMBERS.frame.drop(columns="cultivar").to_numpy(dtype=np.float32)
LABELS = NUMBERS.frame["cultivar"].to_numpy()


def _imported(pod: Pod, content: bytes, kind: str, **more: Any) -> Ended:
    path = f"imports/model.{kind.lower()}"
    (pod.store / "imports").mkdir(parents=True, exist_ok=True)
    (pod.store / path).write_bytes(content)
    source = {"kind": "store", "path": path}
    wanted = {"source": source, "format": kind, "digest": digest_of(content)}
    task = train_task("", "", {"import": wanted, **more.pop("recipe", {})}, **more)
    return _run(pod, task)


def _run(pod: Pod, task: dict[str, Any]) -> Ended:
    (pod.store / RESULT).unlink(missing_ok=True)
    return pod.run_all({**task, "dataset": None}, ("fetch", "predict", "publish"))


def _bundle(pod: Pod, ended: Ended) -> tuple[Path, Manifest]:
    assert 0 == ended.code, ended.document
    folder = pod.bundle(ended.document["bundle"])
    return folder, verify(folder, ended.document["bundle"])


def _answers(pod: Pod, ended: Ended, frame: pd.DataFrame) -> Prediction:
    folder, manifest = _bundle(pod, ended)
    runtime = load_runtime(folder, manifest, chosen_runtime(folder, manifest))
    return runtime.predict(rows_of_frame(frame, manifest.signature.features))


def _columns(matrix: Any) -> pd.DataFrame:
    return pd.DataFrame(matrix, columns=[f"x{n}" for n in range(matrix.shape[1])])


def test_a_classifier_in_onnx(pod: Pod) -> None:
    """It is published as it is, under columns x0 to x12, and answers as where it was made."""
    model = LogisticRegression(max_iter=3000).fit(MATRIX, LABELS)
    ended = _imported(pod, to_onnx(model, MATRIX[:1]).SerializeToString(), "Onnx")
    found = _answers(pod, ended, _columns(MATRIX))
    assert model.predict(MATRIX).tolist() == found.values.tolist()
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities, model.predict_proba(MATRIX), atol=1e-5)
    told = {key: ended.document[key] for key in ("dataset", "metrics", "testRows", "serves")}
    assert {"dataset": None, "metrics": {}, "testRows": 0, "serves": "onnx"} == told
    folder, manifest = _bundle(pod, ended)
    assert (None, "") == (manifest.origin.dataset_digest, manifest.origin.target)
    assert 0 == read_profile(folder).rows


def test_a_regressor_in_onnx(pod: Pod) -> None:
    """Numbers."""
    model = LinearRegression().fit(MATRIX[:, 1:], MATRIX[:, 0])
    ended = _imported(pod, to_onnx(model, MATRIX[:1, 1:]).SerializeToString(), "Onnx")
    found = _answers(pod, ended, _columns(MATRIX[:, 1:]))
    np.testing.assert_allclose(found.values, model.predict(MATRIX[:, 1:]), rtol=1e-4)


def test_a_network_whose_labels_are_positions(pod: Pod) -> None:
    """A graph of ArgMax lists no labels: they are the positions of its probabilities."""
    ends = [
        helper.make_tensor_value_info("input", TensorProto.FLOAT, [None, 3]),
        helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
        helper.make_tensor_value_info("shares", TensorProto.FLOAT, [None, 3]),
    ]
    nodes = [
        helper.make_node("Softmax", ["input"], ["shares"], axis=1),
        helper.make_node("ArgMax", ["shares"], ["label"], axis=1, keepdims=0),
    ]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    ended = _imported(pod, model.SerializeToString(), "Onnx")
    rows = _columns(np.array([[0.0, 1.0, 3.0], [2.0, 1.0, 0.0]]))
    assert [2, 0] == _answers(pod, ended, rows).values.tolist()


def test_a_pipeline_with_texts(pod: Pod) -> None:
    """What Trainyard trained elsewhere, texts and holes included, keeps its columns' names."""
    table = training_pod.mixed()
    made = run(pod, table, LINEAR)
    trained = pod.bundle(made.document["bundle"]) / FORMAT_FILES["skops"]
    content = trained.read_bytes()
    ended = _imported(pod, content, "Skops")
    _, manifest = _bundle(pod, ended)
    features = manifest.signature.features
    kinds = {feature.name: feature.kind for feature in features}
    assert {"colour": Kind.CATEGORY} == {n: k for n, k in kinds.items() if k is not Kind.FLOAT}
    assert ["alcohol", "proline", "strong", "colour"] == list(kinds)
    rows = rows_of_frame(table.frame, features)
    model = read_skops(trained)
    expected = model.predict(frame_of_rows(rows, features))
    assert expected.tolist() == _answers(pod, ended, table.frame).values.tolist()
    assert ("skops",) == manifest.formats
    assert "sklearn" == ended.document["serves"]


@pytest.mark.parametrize(
    ("kind", "size"), [("Size", "value"), ("Latency", "why"), ("Slice", "why")]
)
def test_of_what_gates_ask_only_the_size_is_known(pod: Pod, kind: str, size: str) -> None:
    """What needs rows says that there are none; also where the version is measured again."""
    model = LogisticRegression(max_iter=3000).fit(MATRIX, LABELS)
    content = to_onnx(model, MATRIX[:1]).SerializeToString()
    asked: dict[str, dict[str, Any]] = {
        "Size": {},
        "Latency": {"rows": 1, "percentile": 99},
        "Slice": {"metric": "recall", "column": "a", "side": "Lowest", "minRows": 5},
    }
    measures = [{"kind": kind, "key": "k", **asked[kind]}]
    ended = _imported(pod, content, "Onnx", measures=measures)
    assert [size] == list(ended.document["measures"]["k"])
    candidate = {"digest": ended.document["bundle"]}
    again = _run(pod, train_task("", "", {}, measures=measures, candidate=candidate))
    assert ("evaluate", 0) == (again.document["verb"], again.code)
    assert ended.document["measures"] == again.document["measures"]


def _unlisted() -> bytes:
    ends = [
        helper.make_tensor_value_info("input", TensorProto.FLOAT, [None, 3]),
        helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
    ]
    node = helper.make_node("ArgMax", ["input"], ["label"], axis=1, keepdims=0)
    graph = helper.make_graph([node], "g", ends[:1], ends[1:])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(made.SerializeToString())


def _pickled(folder: Path, model: Any) -> bytes:
    joblib.dump(model, folder / "model")
    return (folder / "model").read_bytes()


def _boosted() -> Any:
    return LGBMClassifier(n_estimators=2, verbosity=-1).fit(MATRIX, LABELS)


@pytest.mark.parametrize(
    ("make", "reason", "said"),
    [
        pytest.param(
            _boosted,
            "ModelNotServable",
            "a conversion is verified on rows: name a Dataset",
            id="boosted trees",
        ),
        pytest.param(
            _unlisted,
            "ModelUnreadable",
            "name a Dataset whose target holds the labels",
            id="no labels",
        ),
        pytest.param(
            lambda: LinearRegression().fit(MATRIX, MATRIX[:, :2]),
            "PredictionsInvalid",
            "Its file says that it takes x0 (Float)",
            id="two answers",
        ),
    ],
)
def test_what_rows_are_needed_for_is_refused(
    pod: Pod, tmp_path: Path, make: Any, reason: str, said: str
) -> None:
    """With the way out."""
    made = make()
    if isinstance(made, bytes):
        ended = _imported(pod, made, "Onnx")
    else:
        content = _pickled(tmp_path, made)
        ended = _imported(pod, content, "Joblib", recipe={"trust": "Pickle"})
    assert reason == ended.document["reason"]
    assert said in ended.document["message"]
