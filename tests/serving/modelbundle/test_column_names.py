"""Which estimators may be asked with a matrix, and do they answer the same?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from modelbundle.column_names import forget_column_names

_NOISE = np.random.default_rng(7)
TABLE = pd.DataFrame(_NOISE.normal(size=(60, 3)), columns=["a", "b", "c"])
TARGET = (TABLE["a"] + TABLE["b"] > 0).astype(int)


class Foreign(LogisticRegression):  # type: ignore[misc]  # scikit-learn has no types
    """An estimator of a user's own, which may do with a table what it likes."""


@pytest.mark.parametrize(
    "estimator",
    [
        pytest.param(make_pipeline(StandardScaler(), LogisticRegression()), id="a pipeline"),
        pytest.param(HistGradientBoostingClassifier(max_iter=5), id="histogram boosting"),
        pytest.param(
            VotingClassifier(
                [("t", DecisionTreeClassifier()), ("l", LogisticRegression())], voting="soft"
            ),
            id="members within an ensemble",
        ),
    ],
)
def test_the_answers_are_the_same_without_names(estimator: Any) -> None:
    """Table and matrix get the same answers, and the matrix no warning."""
    estimator.fit(TABLE, TARGET)
    expected = estimator.predict_proba(TABLE)
    assert forget_column_names(estimator)
    assert np.array_equal(expected, estimator.predict_proba(TABLE.to_numpy()))


@pytest.mark.parametrize(
    "estimator",
    [
        pytest.param(
            make_pipeline(
                ColumnTransformer([("s", StandardScaler(), ["a", "b"])]), LogisticRegression()
            ),
            id="columns chosen by name",
        ),
        pytest.param(
            make_pipeline(FunctionTransformer(lambda table: table[["a"]]), LogisticRegression()),
            id="a function of the user",
        ),
        pytest.param(Foreign(), id="a class of the user"),
        pytest.param(
            make_pipeline(StandardScaler().set_output(transform="pandas"), LogisticRegression()),
            id="tables between the steps",
        ),
    ],
)
def test_names_stay_where_somebody_may_use_them(estimator: Any) -> None:
    """Such an estimator keeps its names and answers the table."""
    estimator.fit(TABLE, TARGET)
    expected = estimator.predict(TABLE)
    assert not forget_column_names(estimator)
    assert ["a", "b", "c"] == list(estimator.feature_names_in_)
    assert np.array_equal(expected, estimator.predict(TABLE))
