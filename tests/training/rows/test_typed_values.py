"""What a cell is as a value of its column's type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.rows.typed_values import convert
from trainer.tasks.task import ColumnType

_BAD = object()


def _cells(array: pa.Array, kind: ColumnType) -> list[Any]:
    found = convert(array, kind)
    pairs = zip(found.values.to_pylist(), found.invalid.to_pylist(), strict=True)
    return [_BAD if invalid else value for value, invalid in pairs]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        pytest.param("Float", " 2.50 ", 2.5, id="spaces around a number"),
        pytest.param("Float", "+1e3", 1000.0, id="an exponent and a plus"),
        pytest.param("Float", "-0", 0.0, id="minus zero is zero"),
        pytest.param("Float", "NA", None, id="a word for missing"),
        pytest.param("Float", "", None, id="nothing"),
        pytest.param("Float", "1,5", _BAD, id="a decimal comma"),
        pytest.param("Float", "inf", _BAD, id="infinity"),
        pytest.param("Float", "1e999", _BAD, id="a number beyond all floats"),
        pytest.param("Float", "0x10", _BAD, id="a hexadecimal float"),
        pytest.param("Integer", "007", 7, id="leading zeros"),
        pytest.param("Integer", "3.0", 3, id="a whole number written as float"),
        pytest.param("Integer", "3.5", _BAD, id="half a number"),
        pytest.param("Integer", "0x10", _BAD, id="a hexadecimal integer"),
        pytest.param("Integer", "9223372036854775808", _BAD, id="a number beyond 64 bits"),
        pytest.param("Boolean", "TRUE", True, id="a shouted word"),
        pytest.param("Boolean", "0", False, id="zero"),
        pytest.param("Boolean", "maybe", _BAD, id="neither yes nor no"),
        pytest.param("Category", "NA", "NA", id="Namibia"),
        pytest.param("Category", " left", " left", id="spaces belong to a text"),
        pytest.param("Category", "", None, id="an empty text is missing"),
        pytest.param(
            "Timestamp", "2026-01-02", datetime(2026, 1, 2, tzinfo=UTC), id="a day is UTC"
        ),
        pytest.param(
            "Timestamp",
            "2026-01-02T03:04:05+01:00",
            datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC),
            id="an offset",
        ),
        pytest.param(
            "Timestamp",
            "2026-01-02 03:04:05.1234567",
            datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC),
            id="more digits than microseconds",
        ),
        pytest.param("Timestamp", "02/01/2026", _BAD, id="a day in an unclear order"),
        pytest.param("Timestamp", "1767322800", _BAD, id="seconds since some time"),
    ],
)
def test_texts_become_values(kind: str, text: str, expected: Any) -> None:
    """A cell is the same alone and beside cells that are no values."""
    alone = _cells(pa.array([text.encode()], pa.binary()), ColumnType(kind))
    beside = _cells(pa.array([b"???", text.encode(), None], pa.binary()), ColumnType(kind))
    assert [expected] == alone
    assert expected == beside[1]
    assert beside[2] is None


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), min_size=1))
def test_floats_are_the_same_from_text_and_from_parquet(numbers: list[float | None]) -> None:
    """To the last bit."""
    texts = pa.array([None if n is None else repr(n).encode() for n in numbers], pa.binary())
    native = convert(pa.array(numbers, pa.float64()), ColumnType.FLOAT).values
    assert native.equals(convert(texts, ColumnType.FLOAT).values)


@pytest.mark.parametrize(
    ("kind", "array", "expected"),
    [
        pytest.param(
            "Integer",
            pa.array([1.0, 2.5, float("nan"), float("inf"), None]),
            [1, _BAD, None, _BAD, None],
            id="floats where integers are wanted",
        ),
        pytest.param("Float", pa.array([1, None]), [1.0, None], id="integers as floats"),
        pytest.param("Float", pa.array([True]), [1.0], id="booleans as floats"),
        pytest.param("Boolean", pa.array([1, 0, 2]), [True, False, _BAD], id="numbers as truths"),
        pytest.param("Category", pa.array([3, None]), ["3", None], id="codes as categories"),
        pytest.param("Timestamp", pa.array([1]), [_BAD], id="a number is no time"),
        pytest.param(
            "Float",
            pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")),
            [_BAD],
            id="a time is no number",
        ),
        pytest.param(
            "Timestamp",
            pa.array([2**60, 0], pa.timestamp("us", "UTC")),
            [_BAD, datetime(1970, 1, 1, tzinfo=UTC)],
            id="a time after the last year",
        ),
    ],
)
def test_typed_files_are_converted_by_value(
    kind: str, array: pa.Array, expected: list[Any]
) -> None:
    """What loses nothing is taken; what would is invalid."""
    assert expected == _cells(array, ColumnType(kind))


def test_bytes_that_are_no_text_are_invalid() -> None:
    """Whichever text type the column has."""
    array = pa.array([b"caf\xe9", "café".encode(), b""], pa.binary())
    assert [_BAD, "café", None] == _cells(array, ColumnType.STRING)
