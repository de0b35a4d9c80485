"""Which columns a model file itself says that it takes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from modelbundle.signature import Feature, Kind
from trainer.models.own_features import features_of_estimator, features_of_graph
from trainer.pod.exits import Reason, UserFault

TABLE = pd.DataFrame(
    {"age": [1.0, 2.0, 3.0, 4.0], "site": ["left", "right"] * 2, "note": ["aa bb", "bb cc"] * 2}
)
LABELS = np.array([0, 1, 0, 1])
SITES = ("left", "right")
FILLED = Pipeline([("fill", SimpleImputer(strategy="most_frequent")), ("code", OrdinalEncoder())])
FOUND = [Feature("age", Kind.FLOAT), Feature("site", Kind.CATEGORY, categories=SITES)]


def _fitted(*branches: Any, rest: str = "drop") -> Any:
    columns = ColumnTransformer(list(branches), remainder=rest, sparse_threshold=0)
    return Pipeline([("columns", columns), ("model", LogisticRegression())]).fit(TABLE, LABELS)


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        pytest.param(
            [("n", "passthrough", ["age"]), ("c", OneHotEncoder(), ["site"])],
            [*FOUND, Feature("note", Kind.FLOAT)],
            id="by name; what nobody encodes is a number",
        ),
        pytest.param(
            [("n", "passthrough", [0]), ("c", FILLED, [1]), ("t", TfidfVectorizer(), 2)],
            [FOUND[0], Feature("site", Kind.CATEGORY), Feature("note", Kind.CATEGORY)],
            id="by position; an imputer of texts, and a vectorizer",
        ),
        pytest.param(
            [
                ("n", "passthrough", slice(0, 1)),
                ("c", OneHotEncoder(), np.array([False, True, False])),
                ("t", TfidfVectorizer(), "note"),
            ],
            [*FOUND, Feature("note", Kind.CATEGORY)],
            id="by slice, mask, and one name",
        ),
    ],
)
def test_an_encoder_of_texts_tells_of_its_columns(
    branches: list[Any], expected: list[Feature]
) -> None:
    """In whatever way they are chosen, also behind other steps of a pipeline."""
    assert expected == list(features_of_estimator(_fitted(*branches)))


def test_a_bare_matrix_has_numbered_columns() -> None:
    """As scikit-learn calls them."""
    model = LogisticRegression().fit(TABLE[["age"]].to_numpy(), LABELS)
    assert (Feature("x0", Kind.FLOAT),) == features_of_estimator(model)


def test_an_estimator_that_does_not_say_its_columns_is_refused() -> None:
    """With what to do."""
    with pytest.raises(UserFault, match="name a Dataset with these columns") as fault:
        features_of_estimator(SimpleNamespace())
    assert Reason.MODEL_UNREADABLE is fault.value.reason


def _input(name: str, kind: str, *shape: Any) -> Any:
    return SimpleNamespace(name=name, type=f"tensor({kind})", shape=list(shape))


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        pytest.param(
            [_input("input", "float", None, 2)],
            [Feature("x0", Kind.FLOAT), Feature("x1", Kind.FLOAT)],
            id="a matrix",
        ),
        pytest.param(
            [_input("amount", "double", "rows", 1)], [Feature("amount", Kind.FLOAT)], id="one"
        ),
        pytest.param(
            [
                _input("age", "int64", None, 1),
                _input("site", "string", None, 1),
                _input("strong", "bool", None),
            ],
            [
                Feature("age", Kind.INTEGER),
                Feature("site", Kind.CATEGORY),
                Feature("strong", Kind.BOOLEAN),
            ],
            id="an input per column",
        ),
    ],
)
def test_the_inputs_of_a_graph_are_columns(inputs: list[Any], expected: list[Feature]) -> None:
    """With their names and types."""
    assert expected == list(features_of_graph(inputs))


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param([_input("input", "float", None, None)], id="any number of columns"),
        pytest.param([_input("input", "string", None, 3)], id="a matrix of texts"),
        pytest.param([_input("input", "float16", None, 3)], id="halves"),
        pytest.param([_input("input", "uint8", None, 1)], id="bytes"),
    ],
)
def test_a_graph_that_leaves_its_columns_open_is_refused(inputs: list[Any]) -> None:
    """Naming the input."""
    with pytest.raises(UserFault, match=f"the ONNX input {inputs[0].name} ") as fault:
        features_of_graph(inputs)
    assert Reason.MODEL_UNREADABLE is fault.value.reason
