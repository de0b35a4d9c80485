"""Trees that are asked in groups answer as the model does that holds them all.

Proves: training-image/trainer/batch/grouped_trees.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
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
from trees_in_onnx import as_rows, classifier, numbers, regressor

from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.signature import Signature
from trainer.batch.grouped_trees import grouped_trees
from trainer.batch.quick_trees import SAME, QuickTrees, is_same

ROWS = 5000
FEW_NODES = 100

CLASSIFIERS: dict[str, tuple[Callable[[], Any], tuple[str | int, ...]]] = {
    "forest": (lambda: RandomForestClassifier(20, max_depth=6, random_state=1), ("no", "yes")),
    "numbers as labels": (lambda: ExtraTreesClassifier(20, max_depth=6, random_state=1), (3, 8)),
    "three classes": (
        lambda: RandomForestClassifier(20, max_depth=6, random_state=1),
        ("a", "b", "c"),
    ),
    "behind a scaler": (
        lambda: make_pipeline(
            StandardScaler(), RandomForestClassifier(20, max_depth=6, random_state=1)
        ),
        ("no", "yes"),
    ),
    "boosting": (lambda: GradientBoostingClassifier(random_state=1), ("no", "yes")),
    "histograms": (
        lambda: HistGradientBoostingClassifier(max_iter=20, random_state=1),
        ("no", "yes"),
    ),
    "histograms of three classes": (
        lambda: HistGradientBoostingClassifier(max_iter=20, random_state=1),
        ("a", "b", "c"),
    ),
}
REGRESSORS: dict[str, Callable[[], Any]] = {
    "forest": lambda: RandomForestRegressor(20, max_depth=6, random_state=1),
    "boosting": lambda: GradientBoostingRegressor(random_state=1),
    "histograms": lambda: HistGradientBoostingRegressor(max_iter=20, random_state=1),
}


def classified(name: str) -> tuple[bytes, Signature]:
    """Return a fitted classifier as ONNX."""
    make, classes = CLASSIFIERS[name]
    return classifier(make(), classes)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_labels_are_equal_and_probabilities_within_a_millionth(name: str) -> None:
    """On all rows, those included on which a forest is undecided."""
    content, signature = classified(name)
    groups = grouped_trees(content, signature, FEW_NODES)
    assert groups is not None
    ensembles = [
        n for n in onnx.load_model_from_string(groups).graph.node if "Ensemble" in n.op_type
    ]
    assert len(ensembles) > 3
    whole = OnnxRuntime(content, signature)
    model = QuickTrees(whole, OnnxRuntime(groups, signature))
    rows = as_rows(numbers(ROWS, 2))
    expected, found = whole.predict(rows), model.predict(rows)
    assert model.agrees
    assert (expected.values == found.values).all()
    assert expected.probabilities is not None
    assert found.probabilities is not None
    assert SAME >= np.abs(expected.probabilities - found.probabilities).max()
    assert expected.values.dtype == found.values.dtype


@pytest.mark.parametrize("name", REGRESSORS)
def test_numbers_are_equal_but_for_the_order_of_a_sum(name: str) -> None:
    """Relative to the largest of them."""
    content, signature = regressor(REGRESSORS[name]())
    groups = grouped_trees(content, signature, FEW_NODES)
    assert groups is not None
    whole = OnnxRuntime(content, signature)
    model = QuickTrees(whole, OnnxRuntime(groups, signature))
    rows = as_rows(numbers(ROWS, 2))
    assert is_same(whole.predict(rows), model.predict(rows))
    assert model.agrees


def test_a_model_without_trees_stays_as_it_is() -> None:
    """So does one whose trees are a single group."""
    assert grouped_trees(*classifier(LogisticRegression(), ("no", "yes"))) is None
    assert grouped_trees(*classified("histograms")) is None


def test_where_the_first_rows_differ_the_model_is_asked_as_a_whole() -> None:
    """Whatever the reason: here the groups are those of another model."""
    content, signature = classified("forest")
    groups = grouped_trees(classified("boosting")[0], signature, FEW_NODES)
    assert groups is not None
    whole = OnnxRuntime(content, signature)
    model = QuickTrees(whole, OnnxRuntime(groups, signature))
    rows = as_rows(numbers(ROWS, 2))
    expected, found = whole.predict(rows), model.predict(rows)
    assert model.agrees is False
    assert (expected.values == found.values).all()
    assert expected.probabilities is not None
    assert found.probabilities is not None
    assert (expected.probabilities == found.probabilities).all()
