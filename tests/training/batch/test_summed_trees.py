"""Trees that XGBoost's predictor sums up answer as ONNX Runtime does, to the last bit of a sum.

Proves: training-image/trainer/batch/summed_trees.py, training-image/trainer/batch/xgboost_model.py
Proves: training-image/trainer/batch/tree_nodes.py, training-image/trainer/batch/ubjson.py
Proves: training-image/trainer/batch/quick_trees.py
Proves: training-image/trainer/batch/xgboost_predictor.py
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest
from lightgbm import LGBMClassifier
from onnx import helper
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from trees_in_onnx import FEATURES, Numbers, as_rows, classifier, numbers, regressor, with_holes
from xgboost import XGBClassifier, XGBRegressor

from modelbundle.faults import PredictionInvalid
from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.signature import Signature
from trainer.batch.quick_trees import SAME, QuickTrees, is_same
from trainer.batch.summed_trees import SummedTrees, summed_trees
from trainer.batch.ubjson import ubjson
from trainer.batch.xgboost_model import xgboost_model
from trainer.batch.xgboost_predictor import XGBoostFault, XGBoostPredictor, xgboost_library

ROWS = 5000
FEW_NODES = 500
TREES: dict[str, Any] = {"n_estimators": 20, "max_depth": 6, "random_state": 1}

CLASSIFIERS: dict[str, tuple[Callable[[], Any], tuple[str | int, ...]]] = {
    "forest": (lambda: RandomForestClassifier(**TREES), ("no", "yes")),
    "numbers as labels": (lambda: ExtraTreesClassifier(**TREES), (0, 1)),
    "boosting": (lambda: GradientBoostingClassifier(random_state=1), ("no", "yes")),
    "histograms": (
        lambda: HistGradientBoostingClassifier(max_iter=20, random_state=1),
        ("no", "yes"),
    ),
    "histograms of three classes": (
        lambda: HistGradientBoostingClassifier(max_iter=20, random_state=1),
        ("a", "b", "c"),
    ),
    "xgboost": (lambda: XGBClassifier(**TREES), (0, 1)),
    "xgboost of three classes": (lambda: XGBClassifier(**TREES), (0, 1, 2)),
    "lightgbm": (lambda: LGBMClassifier(**TREES, verbose=-1), (0, 1)),
}
REGRESSORS: dict[str, Callable[[], Any]] = {
    "forest": lambda: RandomForestRegressor(**TREES),
    "boosting": lambda: GradientBoostingRegressor(random_state=1),
    "histograms": lambda: HistGradientBoostingRegressor(max_iter=20, random_state=1),
    "xgboost": lambda: XGBRegressor(**TREES),
}
MISSING = ("histograms", "histograms of three classes", "xgboost", "lightgbm", "forest")
"""Of which the trees were fitted with missing numbers."""


def classified(name: str) -> tuple[bytes, Signature]:
    """Return a fitted classifier as ONNX."""
    make, classes = CLASSIFIERS[name]
    return classifier(make(), classes, holes=name in MISSING)


def trees_in(model: Any) -> tuple[Any, dict[str, Any]]:
    """Return the node with the trees, and its attributes."""
    (node,) = [node for node in model.graph.node if node.op_type.startswith("TreeEnsemble")]
    return node, {a.name: helper.get_attribute_value(a) for a in node.attribute}


def changed(content: bytes, name: str, change: Callable[[list[Any]], list[Any]]) -> bytes:
    """Return the model with another attribute of its trees."""
    model = onnx.load_model_from_string(content)
    node, said = trees_in(model)
    said[name] = change(list(said[name]))
    del node.attribute[:]
    node.attribute.extend(helper.make_attribute(key, value) for key, value in said.items())
    return bytes(model.SerializeToString())


def of_more_features(quick: SummedTrees) -> XGBoostPredictor:
    """Return the same trees for rows of five numbers."""
    library, model = xgboost_library(), xgboost_model(quick.of, len(FEATURES) + 1)
    assert library is not None
    assert model is not None
    return XGBoostPredictor(library, model.content, model.ends)


def bounds_of(content: bytes) -> Numbers:
    """Return rows of the very numbers at which the trees part, and of infinite ones."""
    _, said = trees_in(onnx.load_model_from_string(content))
    drawn = np.random.default_rng(5).choice(said["nodes_values"], size=(ROWS, len(FEATURES)))
    return np.vstack([drawn, np.full((1, 4), np.inf), np.full((1, 4), -np.inf)])


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_labels_are_equal_and_probabilities_within_a_millionth(name: str) -> None:
    """Of usual rows, of rows at the bounds of the trees, and of such with missing numbers."""
    content, signature = classified(name)
    whole, quick = OnnxRuntime(content, signature), summed_trees(content, signature, FEW_NODES)
    assert quick is not None
    asked = [numbers(ROWS, 2), bounds_of(content)]
    asked += [with_holes(values) for values in asked] if name in MISSING else []
    for values in asked:
        model = QuickTrees(whole, quick)
        expected, found = whole.predict(as_rows(values)), model.predict(as_rows(values))
        assert model.agrees
        assert (expected.values == found.values).all()
        assert expected.values.dtype == found.values.dtype
        assert expected.probabilities is not None
        assert found.probabilities is not None
        assert SAME >= np.abs(expected.probabilities - found.probabilities).max()
        if name == "forest":
            assert (expected.probabilities == found.probabilities).all()


@pytest.mark.parametrize("name", REGRESSORS)
def test_numbers_are_equal(name: str) -> None:
    """Relative to the largest of them."""
    content, signature = regressor(REGRESSORS[name]())
    quick = summed_trees(content, signature)
    assert quick is not None
    for asked in (numbers(ROWS, 2), bounds_of(content)):
        rows = as_rows(asked)
        assert is_same(OnnxRuntime(content, signature).predict(rows), quick.predict(rows))


@pytest.mark.parametrize(
    ("model", "classes"),
    [
        pytest.param(LogisticRegression(), 2, id="no trees"),
        pytest.param(RandomForestClassifier(**TREES), 3, id="leaves of several classes"),
        pytest.param(
            make_pipeline(StandardScaler(), RandomForestClassifier(**TREES)), 2, id="a scaler"
        ),
    ],
)
def test_other_models_are_left_to_onnx_runtime(model: Any, classes: int) -> None:
    """XGBoost has no such leaves, and the trees must read the features as they are."""
    assert summed_trees(*classifier(model, tuple(range(classes)))) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("nodes_modes", b"BRANCH_GT", id="another comparison"),
        pytest.param("nodes_values", float("nan"), id="a bound that is no number"),
        pytest.param("nodes_truenodeids", 99_999, id="a node that is not there"),
        pytest.param("nodes_truenodeids", 0, id="a circle"),
        pytest.param("class_ids", 1, id="leaves of one tree for two outputs"),
    ],
)
def test_trees_that_xgboost_may_follow_otherwise_are_left_alone(name: str, value: Any) -> None:
    """One attribute of a node is another than XGBoost knows."""
    content, signature = classified("histograms of three classes")
    other = changed(content, name, lambda given: [value, *given[1:]])
    assert summed_trees(other, signature) is None


def test_a_sum_that_is_not_finite_is_no_answer() -> None:
    """Leaves of a regression may add up to more than 32 bits hold."""
    content, signature = regressor(REGRESSORS["histograms"]())
    quick = summed_trees(
        changed(content, "target_weights", lambda given: [3e38] * len(given)), signature
    )
    assert quick is not None
    with pytest.raises(PredictionInvalid):
        quick.predict(as_rows(numbers(ROWS, 2)))


def test_a_library_that_does_not_take_the_rows_is_asked_no_more() -> None:
    """Here the trees need a fifth feature, which the rows do not have."""
    content, signature = classified("forest")
    whole, quick = OnnxRuntime(content, signature), summed_trees(content, signature)
    assert quick is not None
    model = QuickTrees(whole, replace(quick, predictor=of_more_features(quick)))
    rows = as_rows(numbers(ROWS, 2))
    assert (whole.predict(rows).values == model.predict(rows).values).all()
    assert model.agrees is False


def test_what_the_library_does_not_take_is_said() -> None:
    """A model of other bytes, and arrays of other dimensions."""
    library = xgboost_library()
    assert library is not None
    with pytest.raises(XGBoostFault):
        XGBoostPredictor(library, b'{"no": "model"}')
    with pytest.raises(TypeError, match="float has no place"):
        ubjson({"a": 1.5})
