"""Recorded recipes, taken apart again."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.api.v1alpha1.training_job import TrainingJobSpec
from trainyard.training_jobs.identity import describe_recipe
from trainyardctl.recipe_text import NamedRecipe, named_recipe, parameters_in

RIDGE = "sklearn.linear_model.Ridge"


def described(**spec: Any) -> str:
    """Return what the operator records of the recipe."""
    return describe_recipe(TrainingJobSpec.model_validate({"dataset": {"name": "wine"}, **spec}))


def test_class_and_parameters_are_told_apart() -> None:
    """Exact forms as what they say; the seed belongs to the head."""
    given = {"alpha": {"$float": "1.0"}, "tol": {"$none": True}, "solver": "svd", "max_iter": 9}
    text = described(estimator={"class": RIDGE, "parameters": given}, seed=7)
    assert NamedRecipe(
        f"{RIDGE}, seed 7", {"alpha": "1.0", "tol": "None", "solver": "svd", "max_iter": "9"}
    ) == named_recipe(text)


@pytest.mark.parametrize(
    "text",
    [
        described(container={"image": "repo/train:1"}),
        described(estimator={"class": RIDGE, "parameters": {"solver": "x" * 900}}),
        "",
        "RandomForest(n=3)",
    ],
)
def test_what_has_no_parameters_is_its_own_head(text: str) -> None:
    """A container, a text that was cut short, nothing."""
    assert NamedRecipe(text) == named_recipe(text)


def test_what_a_search_found_best_is_read_too() -> None:
    """A text that was cut short says nothing."""
    assert {"C": "1.0", "penalty": "l2"} == parameters_in(
        '{"C": {"$float": "1.0"}, "penalty": "l2"}'
    )
    assert {} == parameters_in('{"C": 1') == parameters_in("") == parameters_in("[1]")
