"""Matrices in bytes whose JSON has been seen: only the numbers are new."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest

from modelserver.payloads.familiar_matrices import FamiliarMatrices, Matrix

NUMBERS = np.array([[1.5, 2.5], [3.5, -1.0]])


def learnt(document: dict[str, Any]) -> Matrix | None:
    """What is known of a request after it was answered."""
    matrices, text = FamiliarMatrices(), orjson.dumps(document)
    matrices.learn(text, document, ("labels",), frozenset({"labels"}))
    return matrices.find(bytearray(text))


def asked(datatype: str = "FP64", **changes: Any) -> dict[str, Any]:
    """A request for a matrix of two rows."""
    tensor = {"name": "input", "datatype": datatype, "shape": [2, 2]}
    return {"inputs": [{**tensor, "parameters": {"binary_data_size": 32}}], **changes}


@pytest.mark.parametrize("datatype", ["FP64", "FP32"])
def test_the_numbers_are_read_from_where_the_json_ends(datatype: str) -> None:
    """As writable float64."""
    matrix = learnt(asked(datatype))
    assert matrix is not None
    assert (("labels",), frozenset({"labels"})) == (matrix.wanted, matrix.binary)
    body = b"{}?" + NUMBERS.astype("<f8" if datatype == "FP64" else "<f4").tobytes()
    found = matrix.rows(body, 3)
    assert found is not None
    numbers = found.numbers
    assert (NUMBERS.tolist(), True) == (numbers.tolist(), numbers.flags.writeable)
    assert (2, 0) == found.texts.shape
    assert matrix.rows(body, 2) is None
    assert matrix.rows(body[:-1], 3) is None


@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_what_is_not_finite_is_looked_at_closer(odd: float) -> None:
    """None is no refusal: some models take gaps."""
    matrix = learnt(asked())
    assert matrix is not None
    assert matrix.rows(np.array([1.0, 2.0, odd, 4.0]).tobytes(), 0) is None


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(asked(id="7"), id="an id, which is another each time"),
        pytest.param(asked("INT64"), id="whole numbers"),
        pytest.param({"inputs": asked()["inputs"] * 2}, id="two tensors"),
        pytest.param(asked(more="x" * 1024), id="a long text"),
    ],
)
def test_what_is_not_usual_is_not_kept(document: dict[str, Any]) -> None:
    """It is decoded each time."""
    assert learnt(document) is None


def test_requests_that_never_come_again_do_not_fill_the_memory() -> None:
    """A new one is always found; how many are kept is bounded."""
    matrices = FamiliarMatrices()
    for number in range(1000):
        text = orjson.dumps(asked(more=number))
        matrices.learn(text, asked(), (), frozenset())
        assert matrices.find(text) is not None
    assert len(matrices._known) <= 256
