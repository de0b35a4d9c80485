"""What a V2 request may and may not say."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.payloads.refusals import RequestRefused
from modelserver.payloads.v2_requests import decode_v2

NUMBERS = Signature(
    Task.CLASSIFICATION,
    ("no", "yes"),
    (Feature("a", Kind.FLOAT, accepts_missing=True), Feature("b", Kind.INTEGER)),
    probabilities=True,
)
MIXED = Signature(
    Task.REGRESSION,
    (),
    (
        Feature("a", Kind.FLOAT),
        Feature("n", Kind.INTEGER),
        Feature("ok", Kind.BOOLEAN),
        Feature("site", Kind.CATEGORY, accepts_missing=True),
    ),
    probabilities=False,
)


def tensor(name: str, datatype: str, shape: Any, data: Any, **more: Any) -> dict[str, Any]:
    """One input."""
    return {"name": name, "datatype": datatype, "shape": shape, "data": data, **more}


def matrix(shape: Any, data: Any, datatype: str = "FP64") -> dict[str, Any]:
    """A request with the one matrix."""
    return {"inputs": [tensor("input", datatype, shape, data)]}


def columns(**changes: Any) -> dict[str, Any]:
    """A good request for the mixed model, with inputs replaced (None: left out)."""
    inputs = {
        "a": tensor("a", "FP64", [2], [1.5, 2.5]),
        "n": tensor("n", "INT64", [2], [1, 2]),
        "ok": tensor("ok", "BOOL", [2], [True, False]),
        "site": tensor("site", "BYTES", [2], ["left", None]),
        **changes,
    }
    return {"inputs": [item for item in inputs.values() if item is not None]}


def decoded(document: Any, signature: Signature = NUMBERS, max_rows: int = 3) -> Any:
    """The decoded request."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return decode_v2(body, signature, max_rows)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(matrix([2, 2], [1.5, 2, 3, 4]), id="flat"),
        pytest.param(matrix([2, 2], [[1.5, 2], [3, 4]]), id="nested"),
        pytest.param(matrix([2, 2], [1.5, 2, 3, 4], "FP32"), id="FP32, as other servers' examples"),
        pytest.param(
            {"inputs": [tensor("b", "INT64", [2], [2, 4]), tensor("a", "FP64", [2], [1.5, 3])]},
            id="one tensor per feature, in any order",
        ),
        pytest.param(
            {
                "inputs": [
                    tensor("a", "FP32", [2, 1], [[1.5], [3]]),
                    tensor("b", "UINT8", [2, 1], [2, 4]),
                ]
            },
            id="one column per feature",
        ),
    ],
)
def test_all_ways_to_say_two_rows(document: dict[str, Any]) -> None:
    """Every accepted form gives the same rows."""
    assert [[1.5, 2.0], [3.0, 4.0]] == decoded(document).rows.numbers.tolist()


def test_mixed_rows_are_read() -> None:
    """Every kind in its own tensor; null is a missing value."""
    rows = decoded(columns(), MIXED).rows
    assert [[1.5, 1.0, 1.0], [2.5, 2.0, 0.0]] == rows.numbers.tolist()
    assert [["left"], [""]] == rows.texts.tolist()


def test_gaps_are_null() -> None:
    """Where the model accepts them."""
    rows = decoded(matrix([1, 2], [None, 4])).rows
    assert np.isnan(rows.numbers[0, 0])


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        pytest.param(None, ("labels", "probabilities"), id="not said: all"),
        pytest.param([], ("labels", "probabilities"), id="an empty list: all"),
        pytest.param([{"name": "probabilities"}], ("probabilities",), id="one"),
        pytest.param([{"name": "labels"}, {"name": "labels"}], ("labels",), id="one, twice"),
    ],
)
def test_outputs_can_be_chosen(outputs: Any, expected: tuple[str, ...]) -> None:
    """Only what is wanted is sent."""
    assert expected == decoded({**matrix([1, 2], [1, 2]), "outputs": outputs}).wanted


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({}, set(), id="not said: JSON"),
        pytest.param(
            {"parameters": {"binary_data_output": True}}, {"labels", "probabilities"}, id="all"
        ),
        pytest.param(
            {"outputs": [{"name": "labels", "parameters": {"binary_data": True}}]},
            {"labels"},
            id="one",
        ),
        pytest.param(
            {
                "parameters": {"binary_data_output": True},
                "outputs": [
                    {"name": "labels", "parameters": {"binary_data": False}},
                    {"name": "probabilities"},
                ],
            },
            {"probabilities"},
            id="all but one",
        ),
    ],
)
def test_outputs_can_be_bytes(change: dict[str, Any], expected: set[str]) -> None:
    """As a whole or one by one; the one counts more."""
    assert expected == decoded({**matrix([1, 2], [1, 2]), **change}).binary


def test_bytes_of_a_matrix_are_read() -> None:
    """JSON, then the numbers; a missing value is NaN."""
    head = json.dumps(
        {"inputs": [{"name": "input", "datatype": "FP32", "shape": [2, 2],
                     "parameters": {"binary_data_size": 16}}]}
    ).encode()  # fmt: skip
    numbers = np.array([[1.5, 2], [np.nan, 4]], dtype="<f4")
    size = str(len(head)).encode()
    rows = decode_v2(head + numbers.tobytes(), NUMBERS, 3, size).rows.numbers
    np.testing.assert_array_equal(numbers.astype(float), rows)
    with pytest.raises(RequestRefused, match="4 bytes behind the last tensor"):
        decode_v2(head + numbers.tobytes() + b"abcd", NUMBERS, 3, size)


def test_id_is_kept() -> None:
    """The answer will echo it."""
    assert decoded({**matrix([1, 2], [1, 2]), "id": "42"}).id == "42"


REFUSED = [
    pytest.param(b"{", "not JSON", id="half a body"),
    pytest.param(b"", "not JSON", id="no body"),
    pytest.param(b"\xff\xfe", "not JSON", id="no text"),
    pytest.param(b"[" * 100_000, "not JSON", id="a hundred thousand brackets"),
    pytest.param([], "expected a JSON object", id="a list"),
    pytest.param({}, "inputs: expected a list", id="no inputs"),
    pytest.param({"inputs": []}, "inputs: expected a list", id="empty inputs"),
    pytest.param({"inputs": [1]}, "objects with name", id="an input that is a number"),
    pytest.param({**matrix([1, 2], [1, 2]), "id": 7}, "id: expected text", id="an id of number"),
    pytest.param(matrix([1, 3], [1, 2, 3]), r"shape \[1, 3\]; expected \[rows, 2\]", id="width"),
    pytest.param(matrix([2], [1, 2]), r"expected \[rows, 2\]", id="one dimension"),
    pytest.param(matrix([0, 2], []), "at least one", id="no rows"),
    pytest.param(matrix([-1, 2], [1, 2]), "at least one", id="a negative number of rows"),
    pytest.param(matrix("2", [1, 2]), "list of integers", id="a shape that is text"),
    pytest.param(matrix([1.0, 2], [1, 2]), "list of integers", id="a shape of floats"),
    pytest.param(matrix([True, 2], [1, 2]), "list of integers", id="a shape of booleans"),
    pytest.param(matrix([2, 2], [1, 2, 3]), "3 values do not have the shape", id="too few values"),
    pytest.param(matrix([2, 2], [[1, 2], [3]]), "nested data", id="ragged rows"),
    pytest.param(matrix([2, 2], [[1, 2], 3]), "nested data", id="a row that is a number"),
    pytest.param(matrix([1, 2], [[[1, 2]]]), "nested data", id="three levels"),
    pytest.param(matrix([1, 2], "12"), "data: expected a list", id="data that is text"),
    pytest.param(matrix([1, 2], [1, "2"]), "value 1 is '2'", id="a number as text"),
    pytest.param(matrix([1, 2], [1, True]), "value 1 is True", id="a boolean among numbers"),
    pytest.param(matrix([1, 2], [1, {}]), "value 1 is {}", id="an object among numbers"),
    pytest.param(matrix([1, 2], [1, None]), "'b' is missing", id="null where it must not be"),
    pytest.param(matrix([1, 2], [1, 2.5]), "expected a whole number", id="half of an integer"),
    pytest.param(b'{"inputs":[{"name":"input","datatype":"FP64","shape":[1,2],"data":[NaN,1]}]}',
                 "send null for a missing value", id="NaN is not JSON"),
    pytest.param(b'{"inputs":[{"name":"input","datatype":"FP64","shape":[1,2],"data":[1e999,1]}]}',
                 "JSON|finite", id="infinity by overflow"),
    pytest.param(matrix([1, 2], [1, 2], "FP8"), "datatype 'FP8'; expected one of", id="FP8"),
    pytest.param(matrix([1, 2], [1, 2], "BYTES"), "takes numbers here", id="BYTES for numbers"),
    pytest.param(matrix([1, 2], [1.5, 2], "INT32"), "whole numbers", id="a float in INT32"),
    pytest.param(matrix([1, 2], [300, 2], "UINT8"), "outside of UINT8", id="300 in UINT8"),
    pytest.param(matrix([1, 2], [1, 2], "BOOL"), "true, false", id="numbers in BOOL"),
    pytest.param({"inputs": [{"name": "input", "shape": [1, 2], "data": [1, 2]}]},
                 "datatype None", id="no datatype"),
    pytest.param({"inputs": [tensor("input-0", "FP32", [1, 2], [1, 2])]},
                 "unknown input 'input-0'; this model takes one input named 'input', or one input"
                 " per feature: a, b", id="another server's name"),
    pytest.param({"inputs": [tensor("a", "FP64", [1], [1])]}, "input 'b' is not there", id="half"),
    pytest.param({"inputs": [tensor("a", "FP64", [1], [1]), tensor("b", "INT64", [2], [1, 2])]},
                 "2 rows; the inputs before it have 1", id="inputs of two lengths"),
    pytest.param({"inputs": [tensor("a", "FP64", [1, 2], [1, 2]), tensor("b", "INT64", [1], [1])]},
                 r"expected \[rows\] or \[rows, 1\]", id="two columns for one feature"),
    pytest.param({"inputs": [*matrix([1, 2], [1, 2])["inputs"]] * 2}, "there twice", id="twice"),
    pytest.param({**matrix([1, 2], [1, 2]), "outputs": [{"name": "score"}]},
                 "'score'; this model has labels, probabilities", id="an unknown output"),
    pytest.param({**matrix([1, 2], [1, 2]), "outputs": [7]}, "outputs: 7", id="an output of 7"),
    pytest.param({**matrix([1, 2], [1, 2]), "outputs": "all"}, "outputs: expected", id="all"),
    pytest.param({**matrix([1, 2], [1, 2]), "parameters": {"classification": 3}},
                 "classification is not supported", id="the classification extension"),
    pytest.param({"inputs": [tensor("input", "FP64", [1, 2], [1, 2],
                                    parameters={"binary_data_size": 16})]},
                 "binary_data_size 16; 0 bytes are left", id="binary data that is not there"),
    pytest.param({**matrix([1, 2], [1, 2]), "parameters": 3}, "parameters: expected", id="no map"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "message"), REFUSED)
def test_bad_requests_get_a_sentence(document: Any, message: str) -> None:
    """Status 400 and a sentence that says what is wrong."""
    with pytest.raises(RequestRefused, match=message) as caught:
        decoded(document)
    assert caught.value.status == 400


def test_too_many_rows_are_413() -> None:
    """The limit is told."""
    with pytest.raises(RequestRefused, match="4 rows; at most 3") as caught:
        decoded(matrix([4, 2], [1] * 8))
    assert caught.value.status == 413


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"site": tensor("site", "INT64", [2], [1, 2])}, "sent as BYTES", id="codes"),
        pytest.param({"site": tensor("site", "BYTES", [2], [1, 2])}, "text or null", id="numbers"),
        pytest.param({"ok": tensor("ok", "INT64", [2], [1, 2])}, "true or false", id="two as bool"),
        pytest.param({"ok": tensor("ok", "BYTES", [2], ["a", "b"])}, "takes numbers", id="texts"),
        pytest.param({"site": None}, "input 'site' is not there", id="a missing input"),
        pytest.param({"extra": tensor("extra", "FP64", [2], [1, 2])}, "unknown", id="one too many"),
    ],
)
def test_bad_columns_get_a_sentence(change: dict[str, Any], message: str) -> None:
    """The mixed model's own rules."""
    with pytest.raises(RequestRefused, match=message):
        decoded(columns(**change), MIXED)


def test_a_matrix_is_no_request_for_a_mixed_model() -> None:
    """The sentence lists the inputs there are."""
    with pytest.raises(RequestRefused, match="one input per feature: a, n, ok, site"):
        decoded(matrix([1, 4], [1, 2, 1, 4]), MIXED)


json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(
                ["inputs", "name", "shape", "datatype", "data", "outputs", "id", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(json_values, json_values, json_values)
def test_any_json_is_answered_or_refused(shape: Any, data: Any, document: Any) -> None:
    """Whatever is sent, nothing but a refusal comes out of decoding."""
    for candidate in (document, matrix(shape, data), matrix([1, 2], data)):
        for signature in (NUMBERS, MIXED):
            try:
                decoded(json.dumps(candidate).encode(errors="replace"), signature)
            except RequestRefused:
                continue


@given(some.binary(max_size=60))
def test_any_bytes_are_answered_or_refused(body: bytes) -> None:
    """The same for bytes that are no JSON."""
    with pytest.raises(RequestRefused):
        decode_v2(body, NUMBERS, 3)
