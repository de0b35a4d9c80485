"""What a V1 request may and may not say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.payloads.refusals import RequestRefused
from modelserver.payloads.v1_requests import decode_v1

SIGNATURE = Signature(
    Task.REGRESSION,
    (),
    (
        Feature("a", Kind.FLOAT),
        Feature("ok", Kind.BOOLEAN),
        Feature("site", Kind.CATEGORY, accepts_missing=True),
    ),
    probabilities=False,
)


def decoded(instances: Any) -> Any:
    """The rows."""
    return decode_v1(json.dumps({"instances": instances}).encode(), SIGNATURE, 3)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param([1, True, "left"], id="a list in feature order"),
        pytest.param({"site": "left", "ok": True, "a": 1}, id="an object by name"),
        pytest.param({"site": "left", "ok": 1, "a": 1.0}, id="one for true"),
    ],
)
def test_rows_are_lists_or_objects(row: Any) -> None:
    """Every form gives the same row."""
    rows = decoded([row])
    assert ([[1.0, 1.0]], [["left"]]) == (rows.numbers.tolist(), rows.texts.tolist())


def test_null_is_a_missing_value() -> None:
    """Accepted where the model accepts it."""
    assert [[""]] == decoded([{"a": 1, "ok": False, "site": None}]).texts.tolist()


@pytest.mark.parametrize(
    ("instances", "message"),
    [
        pytest.param(None, "instances: expected", id="nothing"),
        pytest.param([], "instances: expected", id="no rows"),
        pytest.param([5], "row 0 is 5; expected a list or an object", id="a number"),
        pytest.param([[1, True]], "row 0: 2 values; expected 3: a, ok, site", id="too few"),
        pytest.param([{"b": 1}], "row 0: unknown feature 'b'; this model takes a", id="unknown"),
        pytest.param([{"ok": True}], "row 0: a, site not given; send null", id="half a row"),
        pytest.param([{}], "row 0: a, ok, site not given; send null", id="an empty object"),
        pytest.param([[None, True, "x"]], "feature 'a' is missing", id="a missing value"),
        pytest.param([["1", True, "x"]], "value 0 is '1'; expected a number", id="text as number"),
        pytest.param([[1, 2, "x"]], "true or false", id="two as boolean"),
        pytest.param([[1, True, 7]], "text or null", id="a number as category"),
    ],
)
def test_bad_rows_get_a_sentence(instances: Any, message: str) -> None:
    """Status 400 and what is wrong."""
    with pytest.raises(RequestRefused, match=message) as caught:
        decoded(instances)
    assert caught.value.status == 400


def test_too_many_rows_are_413() -> None:
    """The limit is told."""
    with pytest.raises(RequestRefused, match="4 rows; at most 3") as caught:
        decoded([[1, True, "x"]] * 4)
    assert caught.value.status == 413
