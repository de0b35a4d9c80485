"""How far answers are from what was expected."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.estimators.asking import Answers, distance, frame_of, request_of
from modelbundle.signature import Feature, Kind

TABLE = pa.table({"size": [1.5, None], "known": [True, None], "ward": ["east", None]})
FEATURES = (
    Feature("size", Kind.FLOAT),
    Feature("known", Kind.BOOLEAN),
    Feature("ward", Kind.CATEGORY),
)


def test_raw_columns_are_sent() -> None:
    """A tensor for each, what is missing as null."""
    inputs = json.loads(request_of(TABLE, FEATURES))["inputs"]
    assert [("size", "FP64", [2], [1.5, None])] == [tuple(i.values()) for i in inputs[:1]]
    assert ["FP64", "BOOL", "BYTES"] == [each["datatype"] for each in inputs]


def test_rows_by_hand() -> None:
    """Numbers with NaN, texts with the empty one."""
    frame = frame_of(TABLE, ["size", "known", "ward"])
    assert ["east", ""] == frame["ward"].tolist()
    np.testing.assert_array_equal([1.0, np.nan], frame["known"])


@pytest.mark.parametrize(
    ("found", "holds"),
    [
        pytest.param(Answers(["a", "b"], np.array([[0.6, 0.4], [0.1, 0.9]])), True, id="equal"),
        pytest.param(Answers(["a", "a"], np.array([[0.6, 0.4], [0.1, 0.9]])), False, id="a label"),
        pytest.param(Answers(["a", "b"], np.array([[0.61, 0.39], [0.1, 0.9]])), False, id="far"),
        pytest.param(Answers(["a", "b"], None), False, id="no probabilities"),
        pytest.param(Answers(["a"], np.array([[0.6, 0.4]])), False, id="a row is missing"),
    ],
)
def test_labels_and_probabilities(found: Answers, holds: bool) -> None:
    """Each label, and probabilities within 1e-5."""
    expected = Answers(["a", "b"], np.array([[0.600001, 0.399999], [0.1, 0.9]]))
    assert holds == distance(found, expected).holds


@pytest.mark.parametrize(("value", "holds"), [(1000.005, True), (1000.02, False)])
def test_numbers_by_their_size(value: Any, holds: bool) -> None:
    """A hundred-thousandth of what was expected."""
    assert holds == distance(Answers([value], None), Answers([1000.0], None)).holds
