"""The first look at columns in bytes: what it takes, and what it leaves to a closer look."""

from __future__ import annotations

from typing import Any

import pytest

from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind
from modelserver.payloads.binary_tensors import encoded_tensor
from modelserver.payloads.usual_binary_columns import UsualBinaryColumns

FEATURES = (
    Feature("site", Kind.CATEGORY, accepts_missing=True, categories=("left", "right", "füße")),
    Feature("a", Kind.FLOAT),
    Feature("n", Kind.INTEGER),
    Feature("note", Kind.CATEGORY),
    Feature("hint", Kind.CATEGORY, accepts_missing=True),
)
SENT: dict[str, tuple[str, list[Any]]] = {
    "n": ("INT64", [1, 2]),
    "site": ("BYTES", ["left", "right"]),
    "note": ("BYTES", ["x", "y"]),
    "a": ("FP64", [0.5, 2.0]),
    "hint": ("BYTES", ["h", "i"]),
}
EXPECTED = ([[0.5, 1.0], [2.0, 2.0]], [["left", "x", "h"], ["right", "y", "i"]])

Inputs = list[dict[str, Any]]


def tensors(shape: list[Any], **changes: tuple[str, list[Any]]) -> tuple[Inputs, bytes]:
    """A good request in another order than that of the features, and its bytes."""
    inputs, contents = [], []
    for name, usual in SENT.items():
        datatype, data = changes.get(name, usual)
        contents.append(encoded_tensor(datatype, data))
        size = {"binary_data_size": len(contents[-1])}
        inputs.append({"name": name, "datatype": datatype, "shape": shape, "parameters": size})
    return inputs, b"".join(contents)


def sent(inputs: Any, body: bytes | bytearray, start: int = 0, most: int = 64) -> Rows | None:
    """What the first look says, where at most so many rows may be sent."""
    return UsualBinaryColumns(FEATURES, most).sent(inputs, body, start)


@pytest.mark.parametrize("kind", [bytes, bytearray])
@pytest.mark.parametrize("shape", [[2], [2, 1]])
def test_columns_in_any_order_are_rows_in_the_order_of_the_features(
    kind: type[bytes | bytearray], shape: list[int]
) -> None:
    """Behind anything; numbers and texts each in a table that the model may write to."""
    inputs, body = tensors(shape)
    rows = sent(inputs, kind(b"JSON" + body), 4)
    assert rows is not None
    assert (rows.numbers.tolist(), rows.texts.tolist()) == EXPECTED
    assert rows.numbers.flags.c_contiguous
    assert rows.numbers.flags.writeable


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"a": ("FP32", [0.5, 2.0])}, EXPECTED, id="FP32"),
        pytest.param({"a": ("INT64", [7, 8])}, ([[7, 1], [8, 2]], EXPECTED[1]), id="INT64"),
        pytest.param(
            {"site": ("BYTES", ["", "füße"])},
            (EXPECTED[0], [["", "x", "h"], ["füße", "y", "i"]]),
            id="a gap that is allowed, and letters of two bytes in a known category",
        ),
    ],
)
def test_values_a_model_takes(changes: Any, expected: Any) -> None:
    """In the forms in which a feature may be sent."""
    found = sent(*tensors([2], **changes))
    assert found is not None
    assert expected == (found.numbers.tolist(), found.texts.tolist())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"site": ("BYTES", ["left", "middle"])}, id="a category nobody knows"),
        pytest.param({"site": ("BYTES", ["left"])}, id="too few texts that are known"),
        pytest.param({"note": ("BYTES", ["x", ""])}, id="a gap that is not allowed"),
        pytest.param({"hint": ("BYTES", ["h", ""])}, id="a gap among any texts"),
        pytest.param({"note": ("BYTES", ["x"])}, id="too few texts"),
        pytest.param({"note": ("BYTES", ["x", "ü"])}, id="letters of two bytes"),
        pytest.param({"note": ("BYTES", ["x", "y" * 40])}, id="a longer text"),
        pytest.param({"a": ("FP64", [1.0])}, id="another number of rows"),
        pytest.param({"a": ("FP64", [1.0, float("nan")])}, id="no number"),
        pytest.param({"a": ("FP64", [1.0, float("inf")])}, id="an infinity"),
        pytest.param({"a": ("INT32", [1, 2])}, id="another datatype"),
        pytest.param({"a": ("BYTES", ["1", "2"])}, id="texts as numbers"),
        pytest.param({"n": ("FP64", [1.0, 2.5])}, id="floats as whole numbers"),
        pytest.param({"note": ("INT64", [1, 2])}, id="numbers as texts"),
    ],
)
def test_anything_else_is_looked_at_closer(changes: dict[str, Any]) -> None:
    """None is no refusal."""
    assert sent(*tensors([2], **changes)) is None


@pytest.mark.parametrize(
    "shape",
    [[3], [1], [2, 2], [1, 2], [], [0], [-2], [True], [2.0], [2, True], ["2"], "2", 2, None],
    ids=str,
)
def test_odd_shapes_are_looked_at_closer(shape: Any) -> None:
    """And nothing is raised."""
    assert sent(*tensors(shape)) is None


def test_a_length_of_four_bytes_is_read_as_one() -> None:
    """Not as its first byte: 260 is not 4."""
    inputs, body = tensors([2])
    assert sent(inputs, body.replace(b"\4\0\0\0left", b"\4\1\0\0left")) is None


@pytest.mark.parametrize("change", [-1, 1])
def test_bytes_that_are_missing_or_left_are_looked_at_closer(change: int) -> None:
    """Whoever counted wrong is told so by whoever looks closer."""
    inputs, body = tensors([2])
    assert sent(inputs, body[:change] if change < 0 else body + b"x") is None
    inputs[0]["parameters"]["binary_data_size"] += change
    assert sent(inputs, body) is None


def test_tensors_that_are_there_twice_or_not_at_all() -> None:
    """Each feature once."""
    inputs, body = tensors([2])
    assert sent([inputs[0], *inputs[:-1]], body) is None
    assert sent(inputs[:-1], body) is None
    assert sent([*inputs, inputs[0]], body) is None
    assert sent([{**each, "name": each["name"] * 2} for each in inputs], body) is None


def test_more_rows_than_may_be_sent() -> None:
    """Are refused by whoever looks closer."""
    inputs, body = tensors([2])
    assert sent(inputs, body, most=1) is None


@pytest.mark.parametrize("odd", [None, [], "text", 1, {}, {"binary_data_size": "8"}, {"a": 1}])
def test_parameters_of_any_kind_are_looked_at_closer(odd: Any) -> None:
    """And so is what is no tensor, or no list of them: nothing here may raise."""
    inputs = [{"name": name, "datatype": "FP64", "shape": [1], "parameters": odd} for name in SENT]
    for found in (inputs, [odd] * 5, odd):
        assert sent(found, b"12345678") is None
