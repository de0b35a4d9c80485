"""The first look at columns: what it takes. What it leaves: `test_v2_usual_requests.py`."""

from __future__ import annotations

from typing import Any

import pytest

from modelbundle.signature import Feature, Kind
from modelserver.payloads.usual_columns import UsualColumns

FEATURES = (
    Feature("site", Kind.CATEGORY, accepts_missing=True, categories=("left", "right")),
    Feature("a", Kind.FLOAT),
    Feature("n", Kind.INTEGER),
    Feature("note", Kind.CATEGORY),
)
SENT: dict[str, tuple[str, list[Any]]] = {
    "n": ("INT64", [1, 2]),
    "site": ("BYTES", ["left", "right"]),
    "note": ("BYTES", ["x", "y"]),
    "a": ("FP64", [0.5, 2.0]),
}
EXPECTED = ([[0.5, 1.0], [2.0, 2.0]], [["left", "x"], ["right", "y"]])


def usual(most: int = 64) -> UsualColumns:
    """For requests with at most so many rows."""
    return UsualColumns(FEATURES, most)


def tensors(shape: list[int], **changes: list[Any]) -> list[dict[str, Any]]:
    """A good request in another order than that of the features."""
    return [
        {"name": name, "datatype": datatype, "shape": shape, "data": changes.get(name, data)}
        for name, (datatype, data) in SENT.items()
    ]


@pytest.mark.parametrize("shape", [[2], [2, 1]])
def test_columns_in_any_order_are_rows_in_the_order_of_the_features(shape: list[int]) -> None:
    """Numbers and texts each in a table of their own, which the model may write to."""
    rows = usual().sent(tensors(shape))
    assert rows is not None
    assert (rows.numbers.tolist(), rows.texts.tolist()) == EXPECTED
    assert rows.numbers.flags.c_contiguous
    assert rows.numbers.flags.writeable


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"site": ["left", "middle"]}, id="a category nobody knows"),
        pytest.param({"note": ["x", ""]}, id="a gap that is not allowed"),
        pytest.param({"site": ["left", None]}, id="a gap that is, spelled null"),
        pytest.param({"note": ["x", ["y"]]}, id="a list as a text"),
        pytest.param({"n": [1, 2.0]}, id="a float among whole numbers"),
        pytest.param({"n": [1, 2**63]}, id="a whole number beyond 64 bits"),
        pytest.param({"a": [1.0]}, id="another number of rows"),
        pytest.param({"a": [1.0, "2"]}, id="a text as a number"),
    ],
)
def test_anything_else_is_looked_at_closer(changes: dict[str, list[Any]]) -> None:
    """None is no refusal."""
    assert usual().sent(tensors([2], **changes)) is None


def test_a_gap_that_is_allowed_is_an_empty_text() -> None:
    """As the table of the model holds it."""
    rows = usual().sent(tensors([2], site=["", "left"]))
    assert rows is not None
    assert [["", "x"], ["left", "y"]] == rows.texts.tolist()


def test_many_rows_are_looked_at_closer() -> None:
    """More than the server takes at once, or than are quick in lists."""
    assert usual(1).sent(tensors([2])) is None
    many = {name: data * 33 for name, (_, data) in SENT.items()}
    assert usual(1000).sent(tensors([66], **many)) is None
