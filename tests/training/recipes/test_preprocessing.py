"""How a table becomes what an estimator can be fitted on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from modelbundle.signature import Feature, Kind
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.preprocessing import PreprocessingMode, uncommon_texts, with_preprocessing
from trainer.tasks.train_task import MAX_CATEGORIES

AUTO = PreprocessingMode.AUTO
NUMBERS = (Feature("a", Kind.FLOAT), Feature("b", Kind.INTEGER))
MIXED = (
    Feature("a", Kind.FLOAT),
    Feature("yes", Kind.BOOLEAN),
    Feature("colour", Kind.CATEGORY),
)


def _mixed_frame() -> pd.DataFrame:
    colours = pd.Series(["red", "red", "blue", ""], dtype=object)
    return pd.DataFrame(
        {"a": [1.0, 3.0, np.nan, 8.0], "yes": [1.0, 1.0, 0.0, np.nan], "colour": colours}
    )


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        pytest.param(LogisticRegression(), ["impute", "scale", "model"], id="linear"),
        pytest.param(SVC(), ["impute", "scale", "model"], id="kernel"),
        pytest.param(KNeighborsRegressor(), ["impute", "scale", "model"], id="neighbours"),
        pytest.param(MLPClassifier(), ["impute", "scale", "model"], id="network"),
        pytest.param(RandomForestClassifier(), ["impute", "model"], id="forest"),
        pytest.param(DecisionTreeClassifier(), ["impute", "model"], id="tree"),
        pytest.param(GaussianNB(), ["impute", "model"], id="Bayes"),
    ],
)
def test_auto_scales_where_units_matter(estimator: BaseEstimator, expected: list[str]) -> None:
    """Numbers are imputed for all, scaled for the families in which a unit changes the fit."""
    frame = pd.DataFrame({"a": [1.0], "b": [2.0]})
    model = with_preprocessing(estimator, AUTO, NUMBERS, frame)
    assert expected == [name for name, _ in model.steps]


def test_auto_prepares_each_kind() -> None:
    """Medians for numbers, most frequent for booleans, one column per category, zeros for new."""
    frame = _mixed_frame()
    model = with_preprocessing(DecisionTreeClassifier(), AUTO, MIXED, frame)
    model.fit(frame, ["x", "y", "x", "y"])
    asked = pd.DataFrame(
        {"a": [np.nan], "yes": [np.nan], "colour": pd.Series(["never seen"], dtype=object)}
    )
    assert [[3.0, 1.0, 0.0, 0.0, 0.0]] == model[:-1].transform(asked).tolist()
    assert [8.0, 1.0, 1.0, 0.0, 0.0] == model[:-1].transform(frame)[3].tolist()


def test_auto_bounds_the_categories() -> None:
    """Of many categories the most frequent are kept; a tie is settled by the text."""
    texts = [f"c{number:03}" for number in range(100)] + ["c099"]
    features = (Feature("colour", Kind.CATEGORY),)
    frame = pd.DataFrame({"colour": pd.Series(texts, dtype=object)})
    model = with_preprocessing(DecisionTreeClassifier(), AUTO, features, frame)
    (kept,) = model[0].transformers[0][1].categories
    expected = [f"c{number:03}" for number in range(MAX_CATEGORIES - 1)] + ["c099"]
    assert expected == kept
    model = with_preprocessing(DecisionTreeClassifier(), AUTO, features, frame, 2)
    assert ["c000", "c099"] == model[0].transformers[0][1].categories[0]
    (sentence,) = uncommon_texts(features, frame, 2)
    assert sentence.startswith("column colour: the 2 most frequent of 100 texts are kept apart")
    assert sentence.endswith("97 % of the rows have another")
    assert [] == list(uncommon_texts(features, frame, 100))


def test_auto_keeps_a_column_without_any_value() -> None:
    """A number that is always missing in training does not shift the columns of later rows."""
    features = (Feature("a", Kind.FLOAT), Feature("b", Kind.FLOAT))
    frame = pd.DataFrame({"a": [np.nan, np.nan], "b": [1.0, 2.0]})
    model = with_preprocessing(DecisionTreeClassifier(), AUTO, features, frame)
    model.fit(frame, [0, 1])
    assert [0, 1] == model.predict(frame).tolist()


def test_none_is_the_estimator_alone() -> None:
    """None adds nothing."""
    estimator = DecisionTreeClassifier()
    frame = pd.DataFrame({"a": [1.0], "b": [2.0]})
    assert estimator is with_preprocessing(estimator, PreprocessingMode.NONE, NUMBERS, frame)


def test_none_refuses_texts() -> None:
    """None with a text among the features says which column and what to do."""
    with pytest.raises(UserFault) as caught:
        with_preprocessing(DecisionTreeClassifier(), PreprocessingMode.NONE, MIXED, _mixed_frame())
    assert caught.value.reason is Reason.PARAMETER_INVALID
    assert "colour hold text. Use mode Auto" in caught.value.message
