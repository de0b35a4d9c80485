"""Which estimator a recipe asks for."""

from __future__ import annotations

import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import Ridge

from modelbundle.signature import Task
from trainer.pod.exits import Exit, Reason, UserFault
from trainer.recipes.estimators import build_estimator, find_class, task_of


def test_build_estimator() -> None:
    """Seed and workers are set where the estimator has them and the recipe does not."""
    found = build_estimator("sklearn.ensemble.RandomForestClassifier", {"n_estimators": 3}, 7, 2)
    assert (RandomForestClassifier, 3, 7, 2) == (
        type(found),
        found.n_estimators,
        found.random_state,
        found.n_jobs,
    )


def test_build_estimator_keeps_the_recipes_seed() -> None:
    """A random_state of the recipe wins over the seed of the task."""
    found = build_estimator("sklearn.linear_model.Ridge", {"random_state": 1}, 7, 2)
    assert found.random_state == 1


def test_build_estimator_refuses_lacking_arguments() -> None:
    """An estimator that needs other estimators is refused with the way out."""
    with pytest.raises(UserFault) as caught:
        build_estimator("sklearn.ensemble.VotingClassifier", {}, 7, 1)
    assert "needs estimators" in caught.value.message
    assert "bring a container instead" in caught.value.message


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param(
            "sklearn.ensemble.RandomForrestClassifier",
            "Did you mean sklearn.ensemble.RandomForestClassifier",
            id="a misspelt class gets the close one",
        ),
        pytest.param(
            "sklearn.tree.RandomForestClassifier",
            "sklearn.ensemble.RandomForestClassifier",
            id="a class in the wrong module gets the right one",
        ),
        pytest.param(
            "sklearn.trees.DecisionTreeClassifier",
            "there is no module sklearn.trees",
            id="a module that does not exist",
        ),
        pytest.param("os.system", "is not below `sklearn.`", id="a function of another package"),
        pytest.param("subprocess.Popen", "is not below `sklearn.`", id="a class elsewhere"),
        pytest.param("Ridge", "is not below `sklearn.`", id="a bare name"),
        pytest.param("sklearn.Ridge", "is not below `sklearn.`", id="a name without module"),
        pytest.param(
            "sklearn.linear_model._base.LinearRegression",
            "is not a public name",
            id="a private module",
        ),
        pytest.param(
            "sklearn.ensemble.__builtins__", "is not a public name", id="a name of the machinery"
        ),
        pytest.param(
            "sklearn.cluster.KMeans", "neither a classifier nor a regressor", id="a clusterer"
        ),
        pytest.param(
            "sklearn.preprocessing.StandardScaler",
            "neither a classifier nor a regressor",
            id="a transformer",
        ),
        pytest.param(
            "sklearn.base.ClassifierMixin", "is not a scikit-learn estimator", id="no estimator"
        ),
        pytest.param("sklearn.metrics.accuracy_score", "has no class", id="a function"),
        pytest.param(
            "sklearn.linear_model.Ridge()", "is not a public name", id="a call is no name"
        ),
    ],
)
def test_find_class_refuses(path: str, words: str) -> None:
    """Nothing but public classifiers and regressors below `sklearn.` is found."""
    with pytest.raises(UserFault) as caught:
        find_class(path)
    assert (Reason.ESTIMATOR_UNKNOWN, Exit.RECIPE_WRONG) == (
        caught.value.reason,
        caught.value.exit_code,
    )
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        pytest.param(RandomForestClassifier(), Task.CLASSIFICATION, id="a classifier"),
        pytest.param(Ridge(), Task.REGRESSION, id="a regressor"),
        pytest.param(KMeans(), None, id="neither"),
        pytest.param({"a": 1}, None, id="no estimator at all"),
        pytest.param(Ridge, None, id="a class instead of an estimator"),
    ],
)
def test_task_of(model: object, expected: Task | None) -> None:
    """An estimator says itself what it answers."""
    assert expected == task_of(model)
