"""What the recipe's parameters mean."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression

from trainer.pod.exits import Exit, Reason, UserFault
from trainer.recipes.parameters import decode, missing_parameters, read_parameters


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(3, 3, id="a number is itself"),
        pytest.param({"$float": "1.0"}, 1.0, id="an exact float"),
        pytest.param({"$int": "1"}, 1, id="an exact integer"),
        pytest.param({"$none": True}, None, id="an exact none"),
        pytest.param([{"$float": "2"}, "a"], [2.0, "a"], id="exact forms inside a list"),
        pytest.param({"a": {"$none": True}}, {"a": None}, id="exact forms inside a map"),
        pytest.param({"$float": "1.0", "b": 1}, {"$float": "1.0", "b": 1}, id="a map of two keys"),
    ],
)
def test_decode(raw: Any, expected: Any) -> None:
    """JSON values mean what their exact forms say, types included."""
    found = decode(raw)
    assert (expected, type(expected)) == (found, type(found))


def test_decode_nan() -> None:
    """NaN can be said, as some parameters (missing_values) need it."""
    assert math.isnan(decode({"$float": "nan"}))


@pytest.mark.parametrize(
    ("raw", "fix"),
    [
        pytest.param({"$float": "one"}, '{$float: "1.0"}', id="no float"),
        pytest.param({"$int": "1.5"}, '{$int: "1"}', id="no integer"),
        pytest.param({"$none": False}, "{$none: true}", id="none that is not true"),
    ],
)
def test_decode_refuses(raw: Any, fix: str) -> None:
    """An exact form that does not hold its promise is refused with the way to write it."""
    with pytest.raises(ValueError, match=re.escape(fix)):
        decode(raw)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"n_estimators": 1}, 1, id="an integer that is only a count stays one"),
        pytest.param({"max_features": 5}, 5, id="an integer too large for a share is a count"),
        pytest.param({"max_features": {"$int": "1"}}, 1, id="a count that says so"),
        pytest.param({"max_features": {"$float": "1.0"}}, 1.0, id="a share that says so"),
        pytest.param({"min_samples_split": 1}, 1.0, id="a one that can only be a share is one"),
        pytest.param({"max_depth": {"$none": True}}, None, id="none where none is valid"),
        pytest.param({"bootstrap": True}, True, id="a boolean is no number"),
    ],
)
def test_read_parameters(given: dict[str, Any], expected: Any) -> None:
    """A valid value reaches the estimator with the type it was meant with."""
    found = read_parameters(RandomForestClassifier, given)[next(iter(given))]
    assert (expected, type(expected)) == (found, type(found))


@pytest.mark.parametrize(
    ("cls", "given", "words"),
    [
        pytest.param(
            RandomForestClassifier,
            {"n_estimaters": 10},
            "has no parameter 'n_estimaters'. Did you mean n_estimators",
            id="a misspelt name gets the close one",
        ),
        pytest.param(
            LogisticRegression,
            {"zzz": 1},
            "It has: C, ",
            id="a name like no other gets the list",
        ),
        pytest.param(
            RandomForestClassifier,
            {"n_estimators": -1},
            "must be an int in the range [1, inf). Got -1 instead",
            id="a value out of range is told the range",
        ),
        pytest.param(
            RandomForestClassifier,
            {"max_features": 1},
            'Write {$int: "1"} for the count or {$float: "1.0"} for the share',
            id="a one that is both count and share is told both fixes",
        ),
        pytest.param(
            BaggingClassifier,
            {"max_samples": 1},
            "both as a count (1 of them) and as a share (100 % of them)",
            id="the same for another estimator",
        ),
        pytest.param(
            RandomForestClassifier,
            {"max_features": {"$float": "one"}},
            "parameter max_features: {$float: 'one'}: write {$float: \"1.0\"}",
            id="an exact form that is not exact",
        ),
        pytest.param(
            LogisticRegression,
            {"solver": "lbfsg"},
            "solver",
            id="a misspelt choice is told the choices",
        ),
    ],
)
def test_read_parameters_refuses(cls: type, given: dict[str, Any], words: str) -> None:
    """A wrong name or value ends with exit 12 and a sentence that says the fix."""
    with pytest.raises(UserFault) as caught:
        read_parameters(cls, given)
    assert (Reason.PARAMETER_INVALID, Exit.RECIPE_WRONG) == (
        caught.value.reason,
        caught.value.exit_code,
    )
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("cls", "given", "expected"),
    [
        pytest.param(VotingClassifier, {}, ("estimators",), id="a required argument"),
        pytest.param(VotingClassifier, {"estimators": []}, (), id="a given one"),
        pytest.param(LogisticRegression, {}, (), id="none required"),
    ],
)
def test_missing_parameters(cls: type, given: dict[str, Any], expected: tuple[str, ...]) -> None:
    """Arguments without default that are not given are named."""
    assert expected == missing_parameters(cls, given)
