"""Which models are asked with more rows than there are."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC

from modelbundle.row_by_row import padding_of_estimator, padding_of_graph
from modelbundle.sklearn_runtime import parts_of


class OwnForest(RandomForestClassifier):  # type: ignore[misc]  # scikit-learn has no types
    """Of somebody else: it may do anything."""


@pytest.mark.parametrize(
    ("operators", "copies", "multiple"),
    [
        pytest.param({"Cast", "TreeEnsembleClassifier"}, 1, 1, id="trees are asked as they are"),
        pytest.param({"Scaler", "LinearClassifier"}, 1, 4, id="matrices get full registers"),
        pytest.param({"Scaler", "SomethingNew"}, 1, 4, id="so does what nobody knows"),
        pytest.param({"Exp", "ReduceSum"}, 4, 1, id="sums over a row set rows apart"),
    ],
)
def test_graphs_are_told_apart(operators: set[str], copies: int, multiple: int) -> None:
    """By their operators alone."""
    padding = padding_of_graph(operators)
    assert (copies, multiple) == (padding.copies, padding.multiple)


@pytest.mark.parametrize(
    ("estimator", "multiple"),
    [
        pytest.param(RandomForestClassifier(), 1, id="a forest is asked as it is"),
        pytest.param(make_pipeline(StandardScaler(), SVC()), 1, id="so are support vectors"),
        pytest.param(
            make_pipeline(
                make_column_transformer((OneHotEncoder(), ["a"])), RandomForestClassifier()
            ),
            1,
            id="so is a forest behind columns",
        ),
        pytest.param(make_pipeline(PCA(), SVC()), 4, id="not behind a matrix product"),
        pytest.param(LinearSVC(), 4, id="a linear model is a matrix product"),
        pytest.param(
            StackingClassifier([("a", LogisticRegression())], SVC()), 4, id="models within models"
        ),
        pytest.param(OwnForest(), 4, id="what nobody knows"),
        pytest.param(object(), 4, id="no estimator at all"),
    ],
)
def test_estimators_are_told_apart(estimator: Any, multiple: int) -> None:
    """By all the estimators within them."""
    padding = padding_of_estimator(parts_of(estimator))
    assert (1, multiple) == (padding.copies, padding.multiple)
