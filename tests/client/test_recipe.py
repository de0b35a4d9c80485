"""An estimator becomes the recipe that trains it again, or is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import (
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from trainer.recipes.estimators import build_estimator
from trainyard.training_jobs.identity import recipe_digest
from trainyardclient.manifests import Undeclarable, manifest_of
from trainyardclient.recipe import training_job

FOREST = "sklearn.ensemble.RandomForestClassifier"
MEANT: list[tuple[Any, str, dict[str, Any]]] = [
    (RandomForestClassifier(), FOREST, {}),
    (RandomForestClassifier(n_estimators=100, n_jobs=4), FOREST, {}),
    (
        RandomForestClassifier(n_estimators=np.int64(20), max_features=1.0, random_state=3),
        FOREST,
        {"n_estimators": 20, "max_features": {"$float": "1.0"}, "random_state": 3},
    ),
    (RandomForestClassifier(max_features=1), FOREST, {"max_features": {"$int": "1"}}),
    (
        RandomForestClassifier(max_features=None, class_weight={"good": 2.0, "bad": 1.0}),
        FOREST,
        {
            "max_features": {"$none": True},
            "class_weight": {"good": {"$float": "2.0"}, "bad": {"$float": "1.0"}},
        },
    ),
    (Ridge(alpha=0.5), "sklearn.linear_model.Ridge", {"alpha": 0.5}),
    (
        MLPRegressor(hidden_layer_sizes=(20, 10)),
        "sklearn.neural_network.MLPRegressor",
        {"hidden_layer_sizes": [20, 10]},
    ),
    (
        HistGradientBoostingRegressor(max_depth=3),
        "sklearn.ensemble.HistGradientBoostingRegressor",
        {"max_depth": 3},
    ),
    (
        XGBClassifier(n_estimators=30, learning_rate=0.2),
        "xgboost.XGBClassifier",
        {"n_estimators": 30, "learning_rate": 0.2},
    ),
    (LGBMClassifier(num_leaves=7), "lightgbm.LGBMClassifier", {"num_leaves": 7}),
]


@pytest.mark.parametrize(("estimator", "path", "parameters"), MEANT)
def test_what_is_no_default_becomes_the_recipes(
    estimator: Any, path: str, parameters: dict[str, Any]
) -> None:
    """And the training image builds such an estimator of it."""
    job = training_job("wine", estimator, "wine")
    found = manifest_of(job)["spec"]
    assert {"dataset", "estimator"} == set(found)
    assert (path, parameters) == (
        found["estimator"]["class"],
        found["estimator"].get("parameters", {}),
    )
    built = build_estimator(path, parameters, seed=0, jobs=1).get_params(deep=False)
    meant = estimator.get_params(deep=False)
    assert {name: meant[name] for name in parameters if name != "hidden_layer_sizes"} == {
        name: built[name] for name in parameters if name != "hidden_layer_sizes"
    }


def test_what_was_learned_is_no_part_of_it() -> None:
    """A fitted estimator gives the same recipe."""
    fresh, fitted = LogisticRegression(C=0.5), LogisticRegression(C=0.5)
    fitted.fit([[0.0], [1.0]], [0, 1])
    jobs = [training_job("wine", one, "wine") for one in (fresh, fitted)]
    assert 1 == len({recipe_digest(job.spec) for job in jobs})


def test_gates_and_seed_stand_beside_it() -> None:
    """Typed, as the API has them."""
    gate = {"name": "good", "metric": "accuracy", "min": "0.9"}
    job = training_job("wine", Ridge(), "data", gates=[gate], seed=7)
    assert job.spec.dataset is not None
    assert ("data", 7, "good") == (job.spec.dataset.name, job.spec.seed, job.spec.gates[0].name)


class Own(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """An estimator of somebody's own."""


REFUSED: list[tuple[Any, str]] = [
    (make_pipeline(StandardScaler(), Ridge()), "Pipeline: a recipe names one estimator"),
    (StackingClassifier([("a", Ridge())]), "parameter final_estimator|parameter estimators"),
    (StandardScaler(), "neither a classifier nor a regressor"),
    (Own(), "is not below `sklearn.`"),
    (object(), "is not below `sklearn.`"),
    (RandomForestClassifier(random_state=np.random.RandomState(1)), "parameter random_state is a"),
    (RandomForestClassifier(n_estimators=-1), "refuses n_estimators"),
    (XGBClassifier(enable_categorical=True), "cannot be given 'enable_categorical'"),
    (RandomForestClassifier(class_weight={0: 1.0, 1: 3.0}), "has the key 0"),
]


@pytest.mark.parametrize(("estimator", "words"), REFUSED)
def test_what_a_recipe_cannot_train_is_refused(estimator: Any, words: str) -> None:
    """With a sentence, before a cluster is asked."""
    with pytest.raises(Undeclarable, match=words):
        training_job("wine", estimator, "wine")


def test_a_gate_that_the_api_server_would_refuse_is_refused() -> None:
    """By field: a word that is mistyped is not left out in silence."""
    with pytest.raises(Undeclarable, match="did you mean metric"):
        training_job("wine", Ridge(), "wine", gates=[{"name": "good", "metrik": "r2", "min": "0"}])
