"""What a cell is as a value of its column's type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.files.cell_rules import CellRules
from trainer.rows.typed_values import convert
from trainer.tasks.ingest_task import ColumnType

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
        pytest.param("Category", "NA", None, id="a word for missing in a text column"),
        pytest.param("Category", "none", "none", id="a word that people write"),
        pytest.param("Category", " left", "left", id="spaces around a text"),
        pytest.param("Category", "Zu\u0308rich", "Zürich", id="a letter in two characters"),
        pytest.param("Category", "TRUE", "true", id="a truth as parquet would hold it"),
        pytest.param("Category", "3.0", "3", id="a code that pandas has made a float"),
        pytest.param("Category", "1.50", "1.50", id="a version number"),
        pytest.param("Integer", "1234567890123456789", 1234567890123456789, id="19 digits"),
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
        pytest.param(
            "Timestamp", "1767322800", datetime(2026, 1, 2, 3, tzinfo=UTC), id="seconds since 1970"
        ),
        pytest.param(
            "Timestamp",
            "1767322800123",
            datetime(2026, 1, 2, 3, 0, 0, 123000, tzinfo=UTC),
            id="milliseconds since 1970",
        ),
        pytest.param("Timestamp", "2026", _BAD, id="a year is no number of seconds"),
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
        pytest.param("Timestamp", pa.array([1]), [_BAD], id="a small number is no time"),
        pytest.param(
            "Timestamp",
            pa.array([1767322800]),
            [datetime(2026, 1, 2, 3, tzinfo=UTC)],
            id="seconds since 1970",
        ),
        pytest.param("Integer", pa.array([2**53 + 1]), [2**53 + 1], id="beyond all floats"),
        pytest.param("Category", pa.array([True, False]), ["true", "false"], id="truths as texts"),
        pytest.param("Category", pa.array([3.0, 1.5]), ["3", "1.5"], id="floats as texts"),
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


_TEXTS = pa.array(["1", " true", None, "NULL", "2026-01-01", "", "e\u0301", "1", "x"])


@pytest.mark.parametrize("kind", list(ColumnType))
@pytest.mark.parametrize(
    "coded",
    [
        pytest.param(_TEXTS.dictionary_encode(), id="each once"),
        pytest.param(
            pa.concat_arrays([_TEXTS, pa.array([f"of another part {n}" for n in range(99)])])
            .dictionary_encode()
            .slice(0, len(_TEXTS)),
            id="beside those of other rows",
        ),
        pytest.param(_TEXTS.dictionary_encode().slice(2, 6), id="a part"),
    ],
)
def test_texts_as_parquet_holds_them_are_the_same(kind: ColumnType, coded: pa.Array) -> None:
    """Each different one is looked at once, or all of them one by one."""
    found, plain = convert(coded, kind), convert(coded.dictionary_decode(), kind)
    assert plain.values.to_pylist() == found.values.to_pylist()
    assert plain.invalid.to_pylist() == found.invalid.to_pylist()
    assert (plain.tidied, plain.words) == (found.tidied, found.words)


def test_bytes_that_are_no_text_are_invalid() -> None:
    """Whichever text type the column has."""
    array = pa.array([b"caf\xe9", "café".encode(), b""], pa.binary())
    assert [_BAD, "café", None] == _cells(array, ColumnType.STRING)


@pytest.mark.parametrize(
    ("kind", "rules", "text", "expected"),
    [
        pytest.param("Float", CellRules(decimal=","), "12,5", 12.5, id="a decimal comma"),
        pytest.param("Float", CellRules(decimal=","), "12.5", _BAD, id="no point beside it"),
        pytest.param("Float", CellRules(thousands=","), "1,234.5", 1234.5, id="thousands"),
        pytest.param("Float", CellRules(thousands=","), "12,34", _BAD, id="groups of two"),
        pytest.param(
            "Integer", CellRules(decimal=",", thousands="."), "1.234", 1234, id="as Germans write"
        ),
        pytest.param("Float", CellRules(null_values=("?",)), "?", None, id="an own word"),
        pytest.param(
            "Float", CellRules(null_values=("?",)), "NA", _BAD, id="which replaces others"
        ),
        pytest.param("Category", CellRules(null_values=()), "NA", "NA", id="Namibia"),
        pytest.param(
            "Timestamp",
            CellRules(date_formats=("%d/%m/%Y",)),
            "02/01/2026",
            datetime(2026, 1, 2, tzinfo=UTC),
            id="a declared form",
        ),
    ],
)
def test_declared_rules_hold_strictly(
    kind: str, rules: CellRules, text: str, expected: Any
) -> None:
    """Alone and beside a cell that is none."""
    for cells in ([text], ["???", text]):
        found = convert(pa.array(cells), ColumnType(kind), rules)
        pair = (found.values.to_pylist()[-1], found.invalid.to_pylist()[-1])
        assert expected == (_BAD if pair[1] else pair[0])


def test_what_was_written_otherwise_is_counted() -> None:
    """Spaces and words for missing, apart."""
    found = convert(pa.array([" a", "a", "NaN", "", None]), ColumnType.CATEGORY)
    assert (["a", "a", None, None, None], 1, 1) == (
        found.values.to_pylist(),
        found.tidied,
        found.words,
    )
