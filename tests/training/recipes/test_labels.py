"""How a target column is read."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from trainer.pod.exits import UserFault
from trainer.recipes.labels import labels_of, labels_of_all, numbers_of


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        pytest.param(pa.chunked_array([["M", "B"], ["M"]]), ["M", "B", "M"], id="texts"),
        pytest.param(pa.chunked_array([[1, 2]]), [1, 2], id="integers"),
        pytest.param(pa.chunked_array([[True, False]]), [True, False], id="booleans"),
        pytest.param(pa.chunked_array([[1.0, 0.0]]), [1, 0], id="whole floats are integers"),
    ],
)
def test_labels_of(column: pa.ChunkedArray, expected: list[Any]) -> None:
    """Labels keep the type the data has."""
    found = labels_of(column, "y")
    assert [(label, type(label)) for label in expected] == [(label, type(label)) for label in found]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        pytest.param(pa.chunked_array([[1.0, 0.5]]), "Use a regressor", id="fractions"),
        pytest.param(pa.chunked_array([["M", None]]), "missing in 1 of 2 rows", id="missing"),
    ],
)
def test_labels_of_refuses(column: pa.ChunkedArray, words: str) -> None:
    """What cannot be a label is told with what to do."""
    with pytest.raises(UserFault) as caught:
        labels_of(column, "y")
    assert words in caught.value.message


def test_labels_of_all() -> None:
    """One list per target."""
    table = pa.table({"y": ["M", "B"], "z": ["on", "off"]})
    assert [["on", "off"], ["M", "B"]] == labels_of_all(table, ("z", "y"))


@pytest.mark.parametrize(
    ("second", "words"),
    [
        pytest.param([True, False], "y (texts), z (booleans). One", id="texts and booleans"),
        pytest.param([1, 0], "y (texts), z (integers). One classifier", id="texts and integers"),
        pytest.param([1.0, 0.5], "Use a regressor", id="fractions"),
    ],
)
def test_labels_of_all_refuses(second: list[Any], words: str) -> None:
    """What is no array of labels is told with what to do."""
    with pytest.raises(UserFault) as caught:
        labels_of_all(pa.table({"y": ["M", "B"], "z": second}), ("y", "z"))
    assert words in caught.value.message


def test_numbers_of() -> None:
    """Integers and floats are numbers."""
    assert [1.0, 2.0] == numbers_of(pa.chunked_array([[1, 2]]), "y").tolist()


@pytest.mark.parametrize(
    ("column", "words"),
    [
        pytest.param(pa.chunked_array([["M"]]), "Use a classifier", id="texts"),
        pytest.param(pa.chunked_array([[True]]), "Use a classifier", id="booleans"),
        pytest.param(pa.chunked_array([[1.0, None]]), "missing in 1 of 2", id="missing"),
    ],
)
def test_numbers_of_refuses(column: pa.ChunkedArray, words: str) -> None:
    """What cannot be predicted as a number is told with what to do."""
    with pytest.raises(UserFault) as caught:
        numbers_of(column, "y")
    assert words in caught.value.message
