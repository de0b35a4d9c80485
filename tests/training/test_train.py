"""How a built-in estimator becomes a fitted model.

Proves: training-image/trainer/fit.py
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import training_pod
from training_pod import Ended, Pod, estimator, store_dataset, train_task

from modelbundle.skops_file import read_skops
from trainer.datasets.columns import Columns
from trainer.datasets.dataset_manifest import DatasetColumn
from trainer.fit import fitted
from trainer.pod.exits import Exit, UserFault
from trainer.tasks.ingest_task import ColumnType, Role
from trainer.tasks.train_task import Estimator

MATRIX = {"a": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "w": [1.0, 1.0, 1.0, 1.0, 1.0, 9.0]}


def _columns(target: ColumnType, *, weighted: bool = False) -> Columns:
    weight = DatasetColumn("w", ColumnType.FLOAT, Role.WEIGHT, None)
    members = (
        DatasetColumn("a", ColumnType.FLOAT, Role.FEATURE, "Float"),
        DatasetColumn("y", target, Role.TARGET, None),
    )
    return Columns("y", (*members, weight) if weighted else members)


def _recipe(path: str, **parameters: Any) -> Estimator:
    return Estimator.model_validate({"class": f"sklearn.{path}", "parameters": parameters})


def _failed(path: str, answers: list[Any], **parameters: Any) -> UserFault:
    table = pa.table({**MATRIX, "y": answers})
    with pytest.raises(UserFault) as caught:
        fitted(_recipe(path, **parameters), 7, _columns(ColumnType.FLOAT), table)
    return caught.value


def test_row_weights_count() -> None:
    """A Weight column reaches the fit of an estimator that takes weights."""
    table = pa.table({**MATRIX, "y": [0.0, 0.0, 0.0, 0.0, 0.0, 10.0]})
    recipe = _recipe("dummy.DummyRegressor")
    model = fitted(recipe, 7, _columns(ColumnType.FLOAT, weighted=True), table)
    assert [90 / 14] == pytest.approx(model[-1].constant_.ravel().tolist())


def test_row_weights_are_left_out_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    """An estimator that takes no weights is fitted without, and the log says so."""
    table = pa.table({**MATRIX, "y": [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]})
    recipe = _recipe("neighbors.KNeighborsRegressor", n_neighbors=2)
    fitted(recipe, 7, _columns(ColumnType.FLOAT, weighted=True), table)
    assert "KNeighborsRegressor takes no row weights" in capsys.readouterr().err


def test_class_weights_name_integer_labels() -> None:
    """The keys of class_weight are texts in JSON and mean the labels of the data."""
    table = pa.table({**MATRIX, "y": [0, 0, 0, 1, 1, 1]})
    recipe = _recipe("linear_model.LogisticRegression", class_weight={"0": 1, "1": 5})
    model = fitted(recipe, 7, _columns(ColumnType.INTEGER), table)
    assert {0: 1, 1: 5} == model[-1].class_weight


def test_the_number_of_workers_is_not_in_the_model() -> None:
    """n_jobs belongs to the machine."""
    table = pa.table({**MATRIX, "y": [0, 0, 0, 1, 1, 1]})
    recipe = _recipe("ensemble.RandomForestClassifier", n_estimators=2, n_jobs=2)
    assert fitted(recipe, 7, _columns(ColumnType.INTEGER), table)[-1].n_jobs is None


@pytest.mark.parametrize(
    ("path", "answers", "parameters", "words"),
    [
        pytest.param(
            "linear_model.LogisticRegression",
            [0.5, 1.5, 0.0, 1.0, 2.0, 3.0],
            {},
            "target y holds 0.5, which is no label",
            id="a classifier for fractions",
        ),
        pytest.param(
            "linear_model.Ridge",
            ["a", "b", "a", "b", "a", "b"],
            {},
            "target y holds 'a', which is not a number. Use a classifier",
            id="a regressor for texts",
        ),
        pytest.param(
            "linear_model.LogisticRegression",
            [1, 1, 1, 1, 1, 1],
            {},
            "has only one value in the train part",
            id="one class only",
        ),
        pytest.param(
            "linear_model.LogisticRegression",
            ["a", "b", "a", "b", "a", "b"],
            {"class_weight": {"c": 2}},
            "class_weight names c, but the classes in the train part are a, b",
            id="a weight for a class that is not there",
        ),
        pytest.param(
            "linear_model.LogisticRegression",
            ["a", "b", "a", "b", "a", "b"],
            {"class_weight": {"a": 0, "b": 0}},
            "class_weight leaves none of the classes a, b with a weight above 0",
            id="no class counts",
        ),
    ],
)
def test_recipes_that_do_not_fit_the_target(
    path: str, answers: list[Any], parameters: dict[str, Any], words: str
) -> None:
    """A recipe that cannot work on this target is exit 12 with what to do."""
    fault = _failed(path, answers, **parameters)
    assert Exit.RECIPE_WRONG == fault.exit_code
    assert words in fault.message


@pytest.mark.parametrize(
    ("path", "parameters", "words"),
    [
        pytest.param(
            "linear_model.LogisticRegression",
            {"penalty": "l1", "solver": "lbfgs"},
            "sklearn.linear_model.LogisticRegression could not be fitted on 6 rows and 1 features",
            id="parameters that do not go together",
        ),
        pytest.param(
            "neighbors.RadiusNeighborsClassifier",
            {"weights": "distances"},
            "weights",
            id="a choice that does not exist",
        ),
        pytest.param(
            "naive_bayes.ComplementNB",
            {"alpha": -1},
            "alpha",
            id="a value out of range",
        ),
    ],
)
def test_what_fit_says_is_told(path: str, parameters: dict[str, Any], words: str) -> None:
    """The estimator's own words come with a sentence that says what to do."""
    fault = _failed(path, [0, 0, 0, 1, 1, 1], **parameters)
    assert fault.exit_code in (Exit.RECIPE_WRONG, Exit.USER_CODE_FAILED)
    assert words in fault.message


def _trained(pod: Pod, digest: str, target: str, recipe: dict[str, Any]) -> Ended:
    return pod.run_all(train_task(digest, target, recipe), ("fetch", "train"))


def test_the_model_is_in_the_output(pod: Pod) -> None:
    """After `train` the output holds a skops model that predicts."""
    digest = store_dataset(pod.store, training_pod.diabetes())
    ended = _trained(pod, digest, "progression", estimator("linear_model.Ridge"))
    model = read_skops(pod.mount / "output" / "model.skops")
    assert (0, {}) == (ended.code, ended.document)
    assert np.isfinite(
        model.predict(training_pod.diabetes().frame[list(model.feature_names_in_)])
    ).all()


@pytest.mark.parametrize(
    ("recipe", "code", "reason", "words"),
    [
        pytest.param(
            estimator("linear_model.Rige"),
            12,
            "EstimatorUnknown",
            "Did you mean sklearn.linear_model.Ridge",
            id="a wrong class",
        ),
        pytest.param(
            estimator("linear_model.Ridge", alfa=1),
            12,
            "ParameterInvalid",
            "Did you mean alpha",
            id="a wrong parameter",
        ),
        pytest.param(
            estimator("linear_model.PoissonRegressor", max_iter=10),
            0,
            None,
            "",
            id="a right recipe",
        ),
        pytest.param(
            estimator("linear_model.GammaRegressor", mode="None", solver="lbfgs", alpha="much"),
            12,
            "ParameterInvalid",
            "alpha",
            id="a wrong value",
        ),
        pytest.param(
            {"container": {"image": "own"}},
            10,
            "TaskUnreadable",
            "without estimator",
            id="a recipe for another trainer",
        ),
    ],
)
def test_ends(pod: Pod, recipe: dict[str, Any], code: int, reason: str | None, words: str) -> None:
    """A failing container says reason and sentence in its termination message."""
    digest = store_dataset(pod.store, training_pod.diabetes())
    ended = _trained(pod, digest, "progression", recipe)
    assert (code, reason) == (ended.code, ended.document.get("reason"))
    assert words in ended.document.get("message", "")
