"""How much each class counts, and what no model can be fitted of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from trainer.pod.exits import Exit, UserFault
from trainer.recipes.class_weights import name_class_weights, refuse_one_class_that_counts

LABELS = np.array(["a", "b", "a", "c"])


def test_weights_get_the_labels_types() -> None:
    """Texts of JSON become labels; for several targets each has weights for all labels."""
    estimator = LogisticRegression(class_weight={"1": 5})
    name_class_weights(estimator, np.array([0, 1]), for_each=False)
    assert {1: 5} == estimator.class_weight
    estimator = LogisticRegression(class_weight={"1": 5})
    name_class_weights(estimator, np.array([[0, 1], [1, 2]]), for_each=True)
    assert [{0: 1.0, 1: 5, 2: 1.0}] * 2 == estimator.class_weight


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        pytest.param({"a": 0, "b": 0, "c": 0}, "leaves none of the classes a, b, c", id="all zero"),
        pytest.param({"a": 0, "c": 0.0}, "leaves only b of the classes a, b, c", id="one is left"),
        pytest.param({"a": -1}, "gives a the weight -1; give a number", id="negative"),
        pytest.param({"a": "much"}, "gives a the weight 'much'", id="a text"),
        pytest.param({"a": float("nan")}, "gives a the weight nan", id="no number"),
        pytest.param({"a": True}, "gives a the weight True", id="a boolean"),
        pytest.param({"d": 1}, "names d, but the classes", id="a class that is not there"),
    ],
)
def test_weights_of_which_nothing_can_be_learnt(weights: dict[str, Any], words: str) -> None:
    """The sentence names the field, the class and what to do; nothing is tried again."""
    with pytest.raises(UserFault) as caught:
        name_class_weights(LogisticRegression(class_weight=weights), LABELS, for_each=False)
    assert words in caught.value.message
    assert Exit.RECIPE_WRONG == caught.value.exit_code


def test_one_class_may_count_nothing() -> None:
    """Two classes that count are enough."""
    estimator = LogisticRegression(class_weight={"a": 0})
    name_class_weights(estimator, LABELS, for_each=False)
    assert {"a": 0} == estimator.class_weight


def test_rows_that_count_have_two_classes() -> None:
    """Rows of one class alone are refused, target by target."""
    refuse_one_class_that_counts(LABELS, None, ("y",))
    refuse_one_class_that_counts(LABELS, np.array([1.0, 0.5, 0.0, 0.0]), ("y",))
    with pytest.raises(UserFault, match=r"target y has only one value \(a\) in those rows"):
        refuse_one_class_that_counts(LABELS, np.array([1.0, 0.0, 3.0, 0.0]), ("y",))
    both = np.array([["a", "x"], ["b", "x"], ["b", "y"]])
    with pytest.raises(UserFault, match=r"target z has only one value \(x\)"):
        refuse_one_class_that_counts(both, np.array([1.0, 1.0, 0.0]), ("y", "z"))
