"""One tensor of a request: its values, or a refusal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from modelserver.payloads.refusals import RequestRefused
from modelserver.payloads.v2_tensors import SentTensor


def _tensor(data: Any, datatype: Any = "FP64") -> SentTensor:
    return SentTensor({"name": "x", "datatype": datatype, "data": data}, None)


@given(some.lists(some.floats(allow_nan=False, allow_infinity=False) | some.none(), max_size=300))
def test_floats_and_nulls_become_numbers_and_nan(data: list[Any]) -> None:
    """However many, and however large their sum."""
    expected = [np.nan if value is None else value for value in data]
    np.testing.assert_array_equal(_tensor(data).numbers([len(data)]), expected)


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        pytest.param(_tensor([1.0, "2"]), "value 1 is '2'", id="a text"),
        pytest.param(_tensor([1.0, True]), "value 1 is True", id="a truth value"),
        pytest.param(_tensor([1.0]), "1 values", id="too few"),
        pytest.param(_tensor([1.0, 10**400]), "too large", id="too large"),
        pytest.param(_tensor([1, 2**63], "INT64"), "outside of INT64", id="beyond the datatype"),
        pytest.param(_tensor("12"), "expected a list", id="no list"),
        pytest.param(_tensor([1.0, 2.0], ["FP64"]), "datatype", id="a list as datatype"),
    ],
)
def test_other_values_are_refused(tensor: SentTensor, message: str) -> None:
    """With a sentence that says which value it is."""
    with pytest.raises(RequestRefused, match=message):
        tensor.numbers([2])


@pytest.mark.parametrize("shape", [[], None, 2, "2", [2.0]])
def test_a_shape_without_rows_is_explained(shape: Any) -> None:
    """One row has a row axis too."""
    with pytest.raises(RequestRefused, match=r"\[rows\], or \[rows, columns\]; one row is \[1\]"):
        SentTensor({"name": "x", "shape": shape}, None).shape()


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param({"content_type": "base64"}, "Zürich", id="base64"),
        pytest.param({"content_type": "str"}, "WsO8cmljaA==", id="texts as they are"),
        pytest.param(None, "WsO8cmljaA==", id="no parameters"),
    ],
)
@pytest.mark.parametrize("binary", [False, True])
def test_the_content_type_of_texts_is_followed(
    parameters: Any, expected: str, *, binary: bool
) -> None:
    """In JSON and in bytes alike."""
    document = {"name": "x", "datatype": "BYTES", "data": ["WsO8cmljaA=="]}
    content = memoryview(b"\x0c\0\0\0WsO8cmljaA==") if binary else None
    tensor = SentTensor({**document, "parameters": parameters}, content)
    assert tensor.texts([1]).tolist() == [expected]
