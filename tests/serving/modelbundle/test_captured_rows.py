"""What a frame says is what was captured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelbundle.captured_rows import (
    LENGTHS,
    AnsweredRequests,
    CapturedRows,
    CaptureEncoder,
    CaptureUnreadable,
    captured_model,
    captured_rows,
    read_head,
)
from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task

FEATURES = (
    Feature("age", Kind.FLOAT),
    Feature("site", Kind.CATEGORY),
    Feature("size", Kind.FLOAT),
    Feature("name", Kind.CATEGORY),
)
LABELLED = Signature(Task.CLASSIFICATION, ("a", "b"), FEATURES, probabilities=True)
NUMBERED = Signature(Task.REGRESSION, (), FEATURES, probabilities=False)


def request(id_: str, count: int, predicted: Prediction) -> AnsweredRequests:
    """So many rows with numbers and texts."""
    numbers = np.arange(2.0 * count).reshape(count, 2)
    texts = np.array([["left", "Ann"]] * count, dtype=object)
    return AnsweredRequests([id_], [count], 1.25, Rows(numbers, texts), predicted)


def taken(frame: bytes) -> tuple[Any, bytes]:
    """Head and bytes of a frame."""
    head, block = LENGTHS.unpack_from(frame)
    assert LENGTHS.size + head + block == len(frame)
    return read_head(frame[8 : 8 + head]), frame[8 + head :]


def labelled(*labels: str) -> Prediction:
    """Predicted labels with their chances."""
    return Prediction(np.array(labels, dtype=object), np.full((len(labels), 2), 0.5))


def test_rows_of_several_requests_come_out_as_they_went_in() -> None:
    """Numbers bit by bit, texts, labels and chances."""
    encoder = CaptureEncoder(LABELLED, frozenset())
    sent = [request("q", 1, labelled("a")), request("r", 2, labelled("b", "a"))]
    found = captured_rows(*taken(encoder.frame(sent)))
    assert (["q", "r"], [1.25, 1.25], [1, 2]) == (found.ids, found.times, found.counts)
    assert [[0, 1], [0, 1], [2, 3]] == found.rows.numbers.tolist()
    assert [["left", "Ann"]] * 3 == found.rows.texts.tolist()
    assert ["a", "b", "a"] == found.predicted.values.tolist()
    assert [[0.5, 0.5]] * 3 == np.asarray(found.predicted.probabilities).tolist()
    assert 3 == len(found)


def test_what_is_excluded_is_in_no_frame() -> None:
    """Neither a number nor a text, nor the column's name."""
    encoder = CaptureEncoder(LABELLED, frozenset({"age", "name", "unknown"}))
    frame = encoder.frame([request("q", 2, labelled("a", "b"))])
    found = captured_rows(*taken(frame))
    assert ([[1], [3]], [["left"], ["left"]]) == (
        found.rows.numbers.tolist(),
        found.rows.texts.tolist(),
    )
    assert b"Ann" not in frame
    model = captured_model(taken(encoder.model.frame())[0])
    assert ("site", "size") == tuple(feature.name for feature in model.features)
    assert (Kind.CATEGORY, ("a", "b")) == (model.features[0].kind, model.classes)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(np.array([0.5, -1.0]), id="numbers"),
        pytest.param(np.array([7, 2**53 + 1]), id="integers"),
        pytest.param(np.array([True, False]), id="booleans"),
        pytest.param(np.array([[1.0, 2.0], [3.0, 4.0]]), id="several targets"),
        pytest.param(np.array([["a", "b"], ["c", "d"]], dtype=object), id="several labels"),
    ],
)
def test_every_kind_of_answer_comes_out(values: Any) -> None:
    """With its type and shape."""
    frame = CaptureEncoder(NUMBERED, frozenset()).frame([request("q", 2, Prediction(values, None))])
    found: CapturedRows = captured_rows(*taken(frame))
    assert values.tolist() == found.predicted.values.tolist()
    assert (values.dtype, None) == (found.predicted.values.dtype, found.predicted.probabilities)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"ids": ["q"]}, id="ids are missing"),
        pytest.param({"counts": [1, 5]}, id="more rows than there are"),
        pytest.param({"numbers": [3, 200]}, id="more numbers than there are"),
        pytest.param({"numbers": "many"}, id="no shape"),
        pytest.param({"labels": None, "dtype": "|O"}, id="objects"),
        pytest.param({"times": None}, id="no times"),
    ],
)
def test_nonsense_is_refused(change: dict[str, Any]) -> None:
    """Whoever holds the other end of the socket may send what he likes."""
    encoder = CaptureEncoder(LABELLED, frozenset())
    head, block = taken(
        encoder.frame([request("q", 1, labelled("a")), request("r", 1, labelled("b"))])
    )
    with pytest.raises(CaptureUnreadable):
        captured_rows({**head, **change}, block)


@pytest.mark.parametrize("head", [b"nonsense", b"[]", b'{"version": 2}', b'{"version": 1}'])
def test_another_version_is_refused(head: bytes) -> None:
    """And what is no head at all."""
    with pytest.raises(CaptureUnreadable):
        captured_model(read_head(head))
