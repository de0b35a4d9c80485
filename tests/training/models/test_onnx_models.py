"""What an ONNX model takes and answers that somebody else made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from sklearn.base import BaseEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier

from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.onnx_models import onnx_signature
from trainer.pod.exits import Reason, UserFault

FEATURES = tuple(Feature(name, Kind.FLOAT) for name in "ab")
MATRIX = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]], dtype=np.float32)


def _written(model: Any, folder: Path) -> Path:
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    return folder / "model.onnx"


def _converted(estimator: BaseEstimator, answers: list[Any], **how: Any) -> Any:
    return to_onnx(estimator.fit(MATRIX, answers), MATRIX, **how)


def _passing(name: str, kind: int) -> Any:
    """A graph that hands its input through."""
    ends = [helper.make_tensor_value_info(end, kind, [None, 2]) for end in (name, "out")]
    node = helper.make_node("Identity", [name], ["out"])
    graph = helper.make_graph([node], "g", ends[:1], ends[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize(
    ("model", "labels", "expected"),
    [
        pytest.param(
            _converted(LinearRegression(), [1.0, 2.0, 3.0, 4.0]),
            (),
            Signature(Task.REGRESSION, (), FEATURES, False),
            id="numbers first: a regressor",
        ),
        pytest.param(
            _converted(LogisticRegression(), list("xxyy"), options={"zipmap": False}),
            ("other",),
            Signature(Task.CLASSIFICATION, ("x", "y"), FEATURES, True),
            id="labels that the graph lists",
        ),
        pytest.param(
            _converted(LogisticRegression(), [3, 3, 5, 5]),
            (),
            Signature(Task.CLASSIFICATION, (3, 5), FEATURES, True),
            id="probabilities as maps",
        ),
        pytest.param(
            _converted(KNeighborsClassifier(2), list("xxyy"), options={"zipmap": False}),
            ("x", "y"),
            Signature(Task.CLASSIFICATION, ("x", "y"), FEATURES, True),
            id="labels of the train part where the graph lists none",
        ),
    ],
)
def test_onnx_signature(
    tmp_path: Path, model: Any, labels: tuple[str, ...], expected: Signature
) -> None:
    """Task, classes and probabilities follow from the outputs of the graph."""
    assert expected == onnx_signature(_written(model, tmp_path), FEATURES, (labels,))


def test_several_targets_of_labels(tmp_path: Path) -> None:
    """Where the graph answers a label per target, the classes are those of the train part."""
    answers = np.array([["x", "u"], ["y", "v"], ["y", "w"], ["x", "w"]])
    model = MultiOutputClassifier(LogisticRegression()).fit(MATRIX, answers)
    path = _written(to_onnx(model, MATRIX, options={"zipmap": False}), tmp_path)
    seen = (("x", "y"), ("u", "v", "w"))
    expected = Signature(
        Task.CLASSIFICATION, ("x", "y", "u", "v", "w"), FEATURES, True, ("p", "q"), (2, 3)
    )
    assert expected == onnx_signature(path, FEATURES, seen, ("p", "q"))
    found = OnnxRuntime(path, expected).predict(
        Rows(MATRIX.astype(float), np.empty((4, 0), object))
    )
    assert model.predict(MATRIX).tolist() == found.values.tolist()
    shares = np.hstack(model.predict_proba(MATRIX))
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities, shares, atol=1e-5)


def test_named_inputs(tmp_path: Path) -> None:
    """A graph that takes fewer columns by name takes those."""
    path = _written(_passing("b", TensorProto.FLOAT), tmp_path)
    assert FEATURES[1:] == onnx_signature(path, FEATURES, ()).features


def test_refuses_other_outputs(tmp_path: Path) -> None:
    """An output that is neither labels nor numbers is refused."""
    path = _written(_passing("a", TensorProto.COMPLEX64), tmp_path)
    with pytest.raises(UserFault) as caught:
        onnx_signature(path, FEATURES, ())
    assert caught.value.reason is Reason.MODEL_UNREADABLE


def test_refuses_other_bytes(tmp_path: Path) -> None:
    """Bytes that are no model are refused in a sentence."""
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(UserFault) as caught:
        onnx_signature(tmp_path / "model.onnx", FEATURES, ())
    assert "is not a model that ONNX Runtime can load" in caught.value.message


def test_weights_in_another_file_are_told(tmp_path: Path) -> None:
    """With what to do, which the words of ONNX Runtime do not say."""
    model = _passing("a", TensorProto.FLOAT)
    model.graph.initializer.append(numpy_helper.from_array(np.ones(2, np.float32), "w"))
    model.graph.node[0].CopyFrom(helper.make_node("Mul", ["a", "w"], ["out"]))
    path = tmp_path / "model.onnx"
    onnx.save_model(
        model, path, save_as_external_data=True, location="model.onnx.data", size_threshold=0
    )
    with pytest.raises(UserFault, match="save everything into one file"):
        onnx_signature(path, FEATURES, ())
