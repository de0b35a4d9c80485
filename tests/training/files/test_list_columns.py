"""Lists of numbers as columns."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from trainer.files.list_columns import (
    ListColumns,
    is_number_list,
    length_of_texts,
    lengths_of,
    spread,
)
from trainer.pod.exits import UserFault


@pytest.mark.parametrize("kind", [pa.list_(pa.int64()), pa.list_(pa.int64(), 2)])
def test_a_list_is_one_array_per_number(kind: pa.DataType) -> None:
    """Missing where the list is, and where a number is."""
    array = pa.array([[1, 2], None, [3, None]], kind)
    assert is_number_list(kind)
    assert {2} == lengths_of(array)
    assert [[1, None, 3], [2, None, None]] == [part.to_pylist() for part in spread(array, 2)]
    assert [[3], [None]] == [part.to_pylist() for part in spread(array.slice(2), 2)]


@pytest.mark.parametrize(
    ("lengths", "declared", "why"),
    [
        pytest.param({3}, (), None, id="one length"),
        pytest.param({3}, ("v.1", "y"), None, id="declared"),
        pytest.param({3}, ("y",), "it holds lists", id="not among the declared"),
        pytest.param({2, 3}, (), "different lengths", id="two lengths"),
        pytest.param({0}, (), "it holds lists", id="empty lists"),
        pytest.param(set(), (), "it holds lists", id="no numbers"),
        pytest.param({2049}, (), "over 2048", id="too long"),
    ],
)
def test_lists_of_one_length_are_spread(
    lengths: set[int], declared: tuple[str, ...], why: str | None
) -> None:
    """Others are left out with the reason."""
    left_out: dict[str, str] = {}
    lists = ListColumns(declared)
    assert (why is None) == lists.decide("v", frozenset(lengths), left_out)
    assert (why or "") in left_out.get("v", "")
    if why is None:
        assert ["v.0", "v.1", "v.2"] == lists.names("v")


def test_another_length_later_is_refused() -> None:
    """The columns are decided by then."""
    lists = ListColumns()
    assert lists.decide("v", frozenset({3}), {})
    assert lists.decide("v", frozenset(), {})
    with pytest.raises(UserFault, match="lists of 3 numbers, and then one of 2"):
        lists.decide("v", frozenset({2, 3}), {})


@pytest.mark.parametrize(
    ("cells", "length"),
    [(["1", "-2.5e3", None, "NaN"], 4), (["x"], None), ([["1"]], None), ([], 0), ([True], None)],
)
def test_texts_of_json_are_numbers_or_not(cells: list[Any], length: int | None) -> None:
    """Lists of texts become no columns."""
    assert length == length_of_texts(cells)
