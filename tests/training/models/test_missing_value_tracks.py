"""Which branch missing values take in a converted tree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from modelbundle.onnx_file import write_onnx
from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind
from modelbundle.sklearn_runtime import SklearnRuntime
from trainer.models.missing_value_tracks import set_missing_value_tracks
from trainer.models.native_models import native_signature

FEATURES = tuple(Feature(f"f{number}", Kind.FLOAT) for number in range(5))


def _data(missing_in_training: bool) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    numbers = random.normal(size=(300, 5))
    answers = (numbers[:, 0] + numbers[:, 1] * numbers[:, 2] > 0).astype(np.int64)
    if missing_in_training:
        numbers[random.random(numbers.shape) < 0.1] = np.nan
    return numbers, answers


def _graph(estimator: BaseEstimator) -> ModelProto:
    options = {id(estimator): {"zipmap": False}} if hasattr(estimator, "classes_") else {}
    inputs = [("input", FloatTensorType([None, 5]))]
    graph: ModelProto = convert_sklearn(estimator, initial_types=inputs, options=options)
    return graph


@pytest.mark.filterwarnings("ignore:X has feature names:UserWarning")
@pytest.mark.parametrize(
    "missing", [False, True], ids=["none missing in training", "some missing in training"]
)
@pytest.mark.parametrize(
    "estimator",
    [
        pytest.param(DecisionTreeClassifier(random_state=0), id="a tree"),
        pytest.param(DecisionTreeRegressor(max_leaf_nodes=9, random_state=0), id="best first"),
        pytest.param(RandomForestClassifier(7, random_state=0), id="a forest"),
        pytest.param(ExtraTreesClassifier(7, max_depth=1, random_state=0), id="stumps"),
        pytest.param(RandomForestRegressor(7, random_state=0), id="a forest of numbers"),
        pytest.param(make_pipeline(MinMaxScaler(), BaggingClassifier(random_state=0)), id="bags"),
        pytest.param(
            CalibratedClassifierCV(RandomForestClassifier(3, random_state=0), cv=2),
            id="forests inside",
        ),
    ],
)
def test_missing_values_go_where_scikit_learn_sends_them(
    estimator: BaseEstimator, missing: bool, tmp_path: Path
) -> None:
    """Answers to rows full of missing values are those of scikit-learn."""
    numbers, answers = _data(missing)
    estimator.fit(numbers, answers)
    native = SklearnRuntime(estimator, native_signature(estimator, FEATURES))
    model = _graph(estimator)
    set_missing_value_tracks(model, estimator)
    write_onnx(model, tmp_path / "model.onnx")
    asked = numbers.astype(np.float32).astype(np.float64)
    asked[np.random.default_rng(1).random(numbers.shape) < 0.4] = np.nan
    rows = Rows(asked, np.empty((len(asked), 0), dtype=object))
    expected = native.predict(rows)
    found = OnnxRuntime(tmp_path / "model.onnx", native.signature).predict(rows)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-6)
    if expected.probabilities is not None:
        assert found.probabilities is not None
        np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-6)


def test_a_tree_that_is_not_found_stays() -> None:
    """Trees of another model change nothing in the graph."""
    numbers, answers = _data(missing_in_training=True)
    tree = DecisionTreeClassifier(random_state=0).fit(numbers, answers)
    other = DecisionTreeClassifier(random_state=0, max_depth=1).fit(numbers, answers)
    model, untouched = _graph(tree), _graph(tree)
    set_missing_value_tracks(model, other)
    ways = [
        [list(a.ints) for a in graph.graph.node[0].attribute if "missing" in a.name]
        for graph in (model, untouched)
    ]
    assert ways[0] == ways[1]
