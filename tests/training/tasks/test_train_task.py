"""What a training document may say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from trainer.tasks.train_task import Recipe, TrainTask

_DIGEST = "sha256:" + "a" * 64
_TREE = {"estimator": {"class": "sklearn.tree.DecisionTreeClassifier", "parameters": {"m": 1}}}


_DOCUMENT: dict[str, Any] = {
    "version": 1,
    "run": "tumour-model-1a2b3c4d5e",
    "dataset": {"digest": _DIGEST},
    "target": "y",
    "recipe": _TREE | {"trust": "Pickle"},
    "recipeDigest": _DIGEST,
    "seed": 7,
    "champion": {"digest": _DIGEST},
    "gatesNeedChampion": True,
    "candidate": None,
}


def test_the_document_of_the_contract_is_read() -> None:
    """Class and import are words of Python, not of the contract."""
    task = TrainTask.model_validate(_DOCUMENT)
    assert task.recipe is not None
    assert task.recipe.estimator is not None
    assert "sklearn.tree.DecisionTreeClassifier" == task.recipe.estimator.class_
    assert (task.gates_need_champion, task.trust) == (True, "Pickle")


def test_what_is_only_evaluated_has_no_recipe() -> None:
    """And it is loaded without trust."""
    candidate = {"digest": _DIGEST}
    task = TrainTask.model_validate({**_DOCUMENT, "recipe": None, "candidate": candidate})
    assert (task.recipe, task.trust) == (None, None)
    for document in ({**_DOCUMENT, "candidate": candidate}, {**_DOCUMENT, "recipe": None}):
        with pytest.raises(ValidationError, match="exactly one of recipe, candidate"):
            TrainTask.model_validate(document)


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param({}, id="no recipe at all"),
        pytest.param(_TREE | {"container": {"image": "a"}}, id="two recipes"),
    ],
)
def test_a_recipe_is_exactly_one(recipe: dict[str, Any]) -> None:
    """estimator, container and import exclude each other."""
    with pytest.raises(ValidationError, match="exactly one of estimator, container, import"):
        Recipe.model_validate(recipe)
