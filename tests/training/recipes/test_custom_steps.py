"""Which transformers a recipe puts before the estimator."""

from __future__ import annotations

from typing import Any

import pytest

from modelbundle.signature import Feature, Kind
from trainer.pod.exits import UserFault
from trainer.recipes.custom_steps import custom_branches
from trainer.tasks.train_task import Step

FEATURES = (
    Feature("age", Kind.FLOAT),
    Feature("size", Kind.INTEGER),
    Feature("note", Kind.CATEGORY),
    Feature("place", Kind.CATEGORY),
)
TFIDF = "feature_extraction.text.TfidfVectorizer"


def _step(path: str, *columns: str, **parameters: Any) -> Step:
    return Step.model_validate(
        {"class": f"sklearn.{path}", "columns": columns, "parameters": parameters}
    )


def test_the_same_columns_follow_one_another() -> None:
    """Two steps of the same columns are a chain; others stand beside it."""
    steps = [
        _step("impute.SimpleImputer", "age", "size"),
        _step("preprocessing.QuantileTransformer", "age"),
        _step("preprocessing.KBinsDiscretizer", "age", "size"),
    ]
    (_, chain, both), (_, alone, one) = custom_branches(steps, FEATURES, 7, 2)
    assert ["SimpleImputer", "KBinsDiscretizer"] == [type(item).__name__ for item in chain]
    assert ([0, 1], [0]) == (both, one)
    assert (7, 7) == (alone.random_state, chain[-1].random_state)


def test_a_vectorizer_gets_a_list_of_texts() -> None:
    """One position instead of a list of one."""
    ((_, _, position),) = custom_branches([_step(TFIDF, "note", max_features=9)], FEATURES, 7, 1)
    assert position == 2


@pytest.mark.parametrize(
    ("step", "words"),
    [
        pytest.param(
            _step("preprocessing.StandardScaler", "agge"),
            "names the column agge, but the features are age, size",
            id="no such column",
        ),
        pytest.param(
            _step("preprocessing.StandardScalar", "age"),
            "Did you mean sklearn.preprocessing.StandardScaler",
            id="no such class",
        ),
        pytest.param(
            _step("linear_model.Ridge", "age"), "is no transformer", id="an estimator that predicts"
        ),
        pytest.param(
            _step("preprocessing.FunctionTransformer", "age", func="os.system"),
            "refuses func",
            id="a function by name",
        ),
        pytest.param(_step(TFIDF, "note", "place"), "reads one column", id="two columns of texts"),
        pytest.param(_step(TFIDF, "note"), "set max_features", id="any number of words"),
        pytest.param(
            _step("feature_extraction.text.HashingVectorizer", "note"),
            "would make 1048576 columns: set n_features",
            id="a million columns",
        ),
        pytest.param(
            _step("compose.ColumnTransformer", "age"), "needs transformers", id="what holds others"
        ),
    ],
)
def test_refusals(step: Step, words: str) -> None:
    """Each says what was found and what to do."""
    with pytest.raises(UserFault) as caught:
        custom_branches([step], FEATURES, 7, 1)
    assert 12 == caught.value.exit_code
    assert words in caught.value.message
