"""Which boosted trees a recipe may name, and how they are built and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import Ridge

from modelbundle.skops_file import read_skops, write_skops
from trainer.pod.exits import Reason, UserFault
from trainer.recipes import boosting
from trainer.recipes.boosting import (
    boosted_class,
    boosted_parts,
    is_boosted,
    settle_trees,
    with_defaults,
    with_labels,
)
from trainer.recipes.estimators import build_estimator, find_class
from trainyard.api.v1alpha1.recipe import BOOSTED

XGB, LGBM = find_class("xgboost.XGBClassifier"), find_class("lightgbm.LGBMClassifier")


def test_the_api_allows_what_the_trainer_builds() -> None:
    """The same classes stand in the schema and here, and each is built."""
    known = {f"{library}.{name}" for library, names in boosting.CLASSES.items() for name in names}
    assert known == set(BOOSTED)
    for path in BOOSTED:
        found = build_estimator(path, {"n_estimators": 3}, 7, 2).get_params()
        assert (3, 7, 2) == (found["n_estimators"], found["random_state"], found["n_jobs"])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("xgboost.XGBClasifier", "Did you mean xgboost.XGBClassifier", id="misspelt"),
        pytest.param("xgboost.sklearn.XGBClassifier", "Did you mean", id="where it is defined"),
        pytest.param("xgboost.XGBRanker", "is not one that a recipe can name", id="a ranker"),
        pytest.param("lightgbm.Booster", "is not one that a recipe can name", id="no estimator"),
        pytest.param("lightgbm.__builtins__.eval", "is not one", id="a name of the machinery"),
    ],
)
def test_other_classes_are_refused(path: str, words: str) -> None:
    """Nothing else of the libraries is found."""
    with pytest.raises(UserFault) as caught:
        find_class(path)
    assert Reason.ESTIMATOR_UNKNOWN is caught.value.reason
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("path", "parameter", "words"),
    [
        pytest.param("lightgbm.LGBMClassifier", "max_bins", "Did you mean max_bin", id="misspelt"),
        pytest.param("lightgbm.LGBMClassifier", "machines", "has no parameter", id="a network"),
        pytest.param("lightgbm.LGBMRegressor", "linear_tree", "do not convert", id="linear leaves"),
        pytest.param("xgboost.XGBClassifier", "class_weight", "scale_pos_weight", id="no weights"),
        pytest.param("xgboost.XGBClassifier", "enable_categorical", "Category", id="categories"),
        pytest.param("xgboost.XGBRegressor", "missing", "always NaN", id="another missing value"),
    ],
)
def test_parameters_are_refused(path: str, parameter: str, words: str) -> None:
    """What the libraries would ignore, or servers could not follow, is refused with what to do."""
    with pytest.raises(UserFault) as caught:
        build_estimator(path, {parameter: 1}, 7, 1)
    assert Reason.PARAMETER_INVALID is caught.value.reason
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, {"deterministic": True, "force_row_wise": True}, id="nothing"),
        pytest.param({"force_col_wise": True}, {"force_col_wise": True}, id="columns"),
        pytest.param({"deterministic": False}, {"deterministic": False}, id="the recipe's own"),
    ],
)
def test_with_defaults(given: dict[str, bool], expected: dict[str, bool]) -> None:
    """LightGBM is quiet and repeatable unless the recipe says otherwise; XGBoost is so anyway."""
    found = with_defaults(LGBM, given)
    assert expected.items() <= found.items()
    assert not ("force_col_wise" in found and "force_row_wise" in found)
    assert given == with_defaults(XGB, given)


def test_what_is_boosted() -> None:
    """Estimators and classes of the two libraries are, whatever holds them."""
    assert (True, True, False) == (is_boosted(XGB), is_boosted(LGBM()), is_boosted(Ridge()))
    inside = [type(part) for part in boosted_parts(VotingClassifier([("a", XGB()), ("b", LGBM())]))]
    assert [XGB, LGBM] == inside
    assert boosted_class("xgboost", "DMatrix") is None


def test_labels_of_any_kind() -> None:
    """XGBoost answers with texts, and with the probabilities that it gives to numbers."""
    numbers = np.random.default_rng(0).normal(size=(80, 3))
    places = (numbers[:, 0] > 0).astype(int)
    texts = np.array(["no", "yes"])[places]
    alone = XGB(n_estimators=4).fit(numbers, places)
    named = with_labels(XGB(n_estimators=4)).fit(numbers, texts)
    assert ["no", "yes"] == named.classes_.tolist()
    assert (
        np.array(["no", "yes"])[alone.predict(numbers)].tolist() == named.predict(numbers).tolist()
    )
    assert (alone.predict_proba(numbers) == named.predict_proba(numbers)).all()
    kept = LGBM()
    assert kept is with_labels(kept)


@pytest.mark.parametrize("cls", [XGB, LGBM])
def test_settle_trees(cls: Any, tmp_path: Path) -> None:
    """The same bytes whatever the number of threads, and they read back to the same answers, on
    numbers of 32 bits that lie where two others have their middle.
    """
    numbers = np.random.default_rng(0).normal(size=(300, 4)).round(2)
    numbers = numbers.astype(np.float32).astype(np.float64)
    between = ((numbers[:-1] + numbers[1:]) / 2).astype(np.float32).astype(np.float64)
    labels = (numbers[:, 0] * numbers[:, 1] > 0).astype(int)
    written = set()
    for jobs in (1, 2):
        model = cls(n_estimators=5, n_jobs=jobs, **with_defaults(cls, {})).fit(numbers, labels)
        expected = model.predict_proba([*numbers, *between])
        settle_trees(model)
        write_skops(model, tmp_path / "model.skops")
        written.add((tmp_path / "model.skops").read_bytes())
        found = read_skops(tmp_path / "model.skops").predict_proba([*numbers, *between])
        np.testing.assert_array_equal(expected, found)
    assert 1 == len(written)
