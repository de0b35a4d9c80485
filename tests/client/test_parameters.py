"""What a recipe says for each value, and that the training image reads the same from it."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from trainer.recipes.parameters import decode
from trainyardclient.manifests import Undeclarable
from trainyardclient.parameters import said

VALUES: list[tuple[Any, Any]] = [
    (None, {"$none": True}),
    (True, True),
    (3, 3),
    (0.1, 0.1),
    (1.0, {"$float": "1.0"}),
    (1e22, {"$float": "1e+22"}),
    (math.inf, {"$float": "inf"}),
    ("sqrt", "sqrt"),
    ((100, 50), [100, 50]),
    ([1.0, None], [{"$float": "1.0"}, {"$none": True}]),
    ({"a": 2.0}, {"a": {"$float": "2.0"}}),
    (np.int64(3), 3),
    (np.float64(2.0), {"$float": "2.0"}),
    (np.bool_(True), True),
    (np.str_("l2"), "l2"),
]


@pytest.mark.parametrize(("value", "json_value"), VALUES)
def test_each_value_has_its_words(value: Any, json_value: Any) -> None:
    """Which mean the same after a journey as JSON."""
    found = said("p", value)
    assert (json_value, type(json_value)) == (found, type(found))
    back = decode(json.loads(json.dumps(found)))
    assert back == (list(value) if isinstance(value, tuple) else value)


def test_what_is_no_number_is_said_too() -> None:
    """NaN is not itself, so it stands apart."""
    assert {"$float": "nan"} == said("p", math.nan)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Ridge(), "parameter p is a Ridge"),
        (np.zeros(2), "parameter p is a ndarray"),
        (max, "parameter p is a builtin_function_or_method"),
        ([object()], "parameter p is a object"),
        ({0: 1.0}, "parameter p has the key 0"),
    ],
)
def test_what_a_recipe_cannot_hold_is_refused(value: Any, words: str) -> None:
    """With the parameter, what it is, and what to do."""
    with pytest.raises(Undeclarable, match=words):
        said("p", value)
