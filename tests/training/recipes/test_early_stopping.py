"""How many boosted trees are enough."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline

from trainer.pod.exits import Reason, UserFault
from trainer.recipes.early_stopping import stops_early, with_enough_trees
from trainer.recipes.estimators import build_estimator

STEPS = Pipeline([("columns", ColumnTransformer([("numbers", "passthrough", [0, 1])]))])
STOP = {"early_stopping_rounds": 5, "n_estimators": 400}
PATHS = ("lightgbm.LGBMRegressor", "xgboost.XGBRegressor")
CLASSIFIERS = ("lightgbm.LGBMClassifier", "xgboost.XGBClassifier")


def _numbers(rows: int) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).normal(size=(rows, 2)), columns=["a", "b"])


@pytest.mark.parametrize("path", PATHS)
def test_trees_stop_where_they_no_longer_help(path: str, capsys: Any) -> None:
    """On noise few trees are enough; as many are fitted, without stopping, and the log says so."""
    frame = _numbers(300)
    answers = frame["a"].to_numpy() + np.random.default_rng(1).normal(size=300)
    found = with_enough_trees(
        build_estimator(path, STOP, 7, 1), STEPS, (frame, answers, np.ones(300)), 7
    )
    trees = found.get_params()["n_estimators"]
    assert 1 <= trees < 100
    assert not stops_early(found)
    assert f"{trees} trees are best on 30 rows held back" in capsys.readouterr().err


@pytest.mark.parametrize("path", CLASSIFIERS)
def test_labels_are_texts(path: str) -> None:
    """A classifier of texts stops as one of numbers does."""
    frame = _numbers(200)
    labels = np.where(frame["a"] > 0, "yes", "no")
    found = with_enough_trees(build_estimator(path, STOP, 7, 1), STEPS, (frame, labels, None), 7)
    assert 1 <= found.get_params()["n_estimators"] <= 400


def test_only_boosted_trees_that_are_told_to() -> None:
    """Without the parameter, and for other estimators, nothing is held back."""
    told = [build_estimator(path, STOP, 7, 1) for path in PATHS]
    assert [True, True] == [stops_early(estimator) for estimator in told]
    assert [False, False] == [stops_early(build_estimator(path, {}, 7, 1)) for path in PATHS]
    assert not stops_early(Ridge())


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        pytest.param(["a", "b"] * 4, "the train part has 8", id="too few rows"),
        pytest.param(["a"] * 39 + ["b"], "holds back all rows of class b", id="a lonely row"),
        pytest.param([["a", "a"], ["b", "a"]] * 10, "judges one target", id="two targets"),
    ],
)
def test_rows_that_cannot_be_divided(labels: list[Any], words: str) -> None:
    """It is said what to do instead. The seed is one that holds the last row back."""
    estimator = build_estimator("lightgbm.LGBMClassifier", STOP, 7, 1)
    data = (_numbers(len(labels)), np.array(labels), None)
    count = len(labels)
    orders = {seed: np.random.default_rng(seed).permutation(count) for seed in range(99)}
    seed = next(seed for seed, order in orders.items() if count - 1 in order[: max(1, count // 10)])
    with pytest.raises(UserFault) as caught:
        with_enough_trees(estimator, STEPS, data, seed)
    assert Reason.PARAMETER_INVALID is caught.value.reason
    assert words in caught.value.message
    assert "set n_estimators instead" in caught.value.message
