"""Classifiers of several targets, taken apart for the converter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from modelbundle.rows import Rows, rows_of_frame
from modelbundle.signature import Feature, Kind
from modelbundle.sklearn_runtime import SklearnRuntime
from trainer.models.conversion import convert
from trainer.models.native_models import native_signature
from trainer.models.single_targets import with_single_targets
from trainer.models.verification_rows import verification_rows

FEATURES = tuple(Feature(name, Kind.FLOAT, accepts_missing=True) for name in "abc")
FOREST = {"n_estimators": 7, "max_depth": 4, "random_state": 0}


def _table(*, holes: bool = False) -> pd.DataFrame:
    numbers = np.random.default_rng(5).normal(size=(300, 3)).astype(np.float32).astype(float)
    if holes:
        numbers[np.random.default_rng(6).random(numbers.shape) < 0.2] = np.nan
    return pd.DataFrame(numbers, columns=list("abc"))


def _labels() -> npt.NDArray[Any]:
    """Three short texts, and two of another length."""
    numbers = _table().to_numpy()
    first = np.digitize(numbers[:, 0] + numbers[:, 1], [-0.5, 0.7])
    second = numbers[:, 1] * numbers[:, 2] > 0
    return np.column_stack([np.array(["a", "b", "c"])[first], np.where(second, "opposite", "no")])


@pytest.mark.parametrize(
    "estimator",
    [
        pytest.param(DecisionTreeClassifier(max_depth=5), id="a tree"),
        pytest.param(ExtraTreeClassifier(max_depth=5, random_state=0), id="an extra tree"),
        pytest.param(RandomForestClassifier(**FOREST), id="a forest"),
        pytest.param(ExtraTreesClassifier(**FOREST), id="extra trees"),
        pytest.param(MultiOutputClassifier(GaussianNB()), id="one classifier per target"),
        pytest.param(
            make_pipeline(StandardScaler(), RandomForestClassifier(**FOREST)), id="a pipeline"
        ),
    ],
)
def test_answers_stay(estimator: BaseEstimator) -> None:
    """To the last bit, and the estimator that was given is as it was."""
    table = _table()
    model = estimator.fit(table, _labels())
    labels, shares = model.predict(table), model.predict_proba(table)
    apart = with_single_targets(model)
    last = apart[-1] if hasattr(apart, "steps") else apart
    assert MultiOutputClassifier is type(last)
    assert labels.tolist() == apart.predict(table).tolist()
    found = apart.predict_proba(table)
    for of_one, expected in zip(found, shares, strict=True):
        np.testing.assert_array_equal(expected, of_one)
    assert labels.tolist() == model.predict(table).tolist()
    np.testing.assert_array_equal(shares[1], model.predict_proba(table)[1])


@pytest.mark.parametrize(
    "estimator",
    [
        pytest.param(DecisionTreeClassifier(max_depth=5), id="a tree"),
        pytest.param(RandomForestClassifier(**FOREST), id="a forest"),
        pytest.param(ExtraTreesClassifier(**FOREST), id="extra trees"),
    ],
)
def test_trees_convert_with_their_holes(estimator: BaseEstimator, tmp_path: Path) -> None:
    """Texts, targets of different numbers of classes, and rows with gaps answer as in sklearn."""
    table = _table(holes=True)
    model = estimator.fit(table, _labels())
    runtime = SklearnRuntime(model, native_signature(model, FEATURES, ("p", "q")))
    rows: Rows = rows_of_frame(table, FEATURES)
    sample = verification_rows(rows, runtime, 7)
    made = convert(model, runtime, sample, tmp_path / "model.onnx")
    assert made.why_not == ""
    assert made.runtime is not None
    assert model.predict(table).tolist() == made.runtime.predict(rows).values.tolist()


def test_neighbours_are_left_alone() -> None:
    """What has no classifier per target inside is returned as it is."""
    model = KNeighborsClassifier().fit(_table(), _labels())
    assert model is with_single_targets(model)
