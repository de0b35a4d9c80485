"""What is each cell as a value of its column's type, and which cells are none?

Missing is: null, NaN, an empty text; for all types but Category and String also the words below
(in those two, "NA" may be Namibia). Numbers must be finite, times within the years 1 to 9999.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trainer.files.raw_values import TIMESTAMP, texts_of
from trainer.tasks.ingest_task import ColumnType

ARROW_TYPES = {
    ColumnType.FLOAT: pa.float64(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.CATEGORY: pa.string(),
    ColumnType.STRING: pa.string(),
    ColumnType.TIMESTAMP: TIMESTAMP,
}
TEXT_TYPES = frozenset({ColumnType.CATEGORY, ColumnType.STRING})

_MISSING = ("", "na", "n/a", "#n/a", "nan", "-nan", "null", "none", "nil", "<na>", "nat")
_TRUE = ("true", "1", "yes", "t", "y", "1.0")
_FALSE = ("false", "0", "no", "f", "n", "0.0")
_FLOAT = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_INTEGER = r"^-?[0-9]{1,18}$"
_ZONE = r"([zZ]|[+-][0-9]{2}:?[0-9]{2})$"
_DATE_ONLY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_YEAR_1 = -62_135_596_800_000_000
_YEAR_10000 = 253_402_300_800_000_000
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Converted:
    """`values` are null where a cell is missing or invalid; `invalid` is true for the latter."""

    values: pa.Array
    invalid: pa.BooleanArray


def convert(array: pa.Array, column_type: ColumnType) -> Converted:
    """The cells (of a type of `raw_values.plain`) as values of the column's type."""
    given = present(array, column_type)
    values = _converter(given.type, column_type)(given)
    if column_type is ColumnType.TIMESTAMP:
        micros = pc.cast(values, pa.int64())
        known = pc.and_(pc.greater_equal(micros, _YEAR_1), pc.less(micros, _YEAR_10000))
        values = pc.if_else(known, values, None)
    return Converted(values, pc.and_(pc.is_valid(given), pc.is_null(values)))


def present(array: pa.Array, column_type: ColumnType) -> pa.Array:
    """The same cells, texts decoded, null where something is missing."""
    if pa.types.is_floating(array.type):
        return pc.if_else(pc.is_nan(array), None, array)
    if not (pa.types.is_binary(array.type) or pa.types.is_string(array.type)):
        return array
    if column_type in TEXT_TYPES:
        texts = _strict_texts(array)
        return pc.if_else(pc.equal(pc.binary_length(texts), 0), None, texts)
    trimmed = pc.utf8_trim_whitespace(texts_of(array))
    gone = pc.is_in(pc.utf8_lower(trimmed), pa.array(_MISSING))
    return pc.if_else(gone, None, trimmed)


def _strict_texts(array: pa.Array) -> pa.Array:
    """Text where the bytes are UTF-8; otherwise the bytes stay, and so turn out invalid."""
    try:
        return pc.cast(array, pa.string())
    except pa.ArrowInvalid:
        return array


def _converter(source: pa.DataType, wanted: ColumnType) -> Callable[[pa.Array], pa.Array]:
    if pa.types.is_string(source) or pa.types.is_binary(source):
        return _FROM_TEXT[wanted]
    if wanted is ColumnType.TIMESTAMP or (
        pa.types.is_timestamp(source) and wanted not in TEXT_TYPES
    ):
        return _same if source == ARROW_TYPES[wanted] else _none_of(ARROW_TYPES[wanted])
    return _FROM_NUMBER[wanted]


def _same(array: pa.Array) -> pa.Array:
    return array


def _none_of(kind: pa.DataType) -> Callable[[pa.Array], pa.Array]:
    return lambda array: pa.nulls(len(array), kind)


def _finite(values: pa.Array) -> pa.Array:
    # Adding zero turns -0.0 into 0.0, which is the same number and must be the same bytes.
    return pc.add(pc.if_else(pc.is_finite(values), values, None), 0.0)


def _float_of_text(texts: pa.Array) -> pa.Array:
    try:
        return _finite(pc.cast(texts, pa.float64()))
    except pa.ArrowInvalid:
        fine = pc.match_substring_regex(texts, _FLOAT)
        return _finite(pc.cast(pc.if_else(fine, texts, None), pa.float64()))


def _integer_of_text(texts: pa.Array) -> pa.Array:
    # Arrow alone would also read 0x10; what a cell is must not depend on its neighbours.
    if pc.all(pc.match_substring_regex(texts, _INTEGER)).as_py() is not False:
        return pc.cast(texts, pa.int64())
    return pa.array(_each(texts, _integer), pa.int64())


def _integer(text: str) -> int | None:
    whole, point, fraction = text.partition(".")
    digits = whole.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or (point and fraction.strip("0")):
        return None
    number = int(whole) if len(whole) < 25 else 2**64
    return number if number in _INT64 else None


def _boolean_of_text(texts: pa.Array) -> pa.Array:
    lowered = pc.utf8_lower(texts)
    true = pc.is_in(lowered, pa.array(_TRUE))
    known = pc.or_(true, pc.is_in(lowered, pa.array(_FALSE)))
    return pc.if_else(known, true, pa.scalar(None, pa.bool_()))


def _timestamp_of_text(texts: pa.Array) -> pa.Array:
    zoned = pc.and_not(
        pc.match_substring_regex(texts, _ZONE), pc.match_substring_regex(texts, _DATE_ONLY)
    )
    try:
        with_zone = pc.cast(pc.if_else(zoned, texts, None), TIMESTAMP)
        without = pc.cast(pc.if_else(zoned, None, texts), pa.timestamp("us"))
    except pa.ArrowInvalid:
        return pa.array(_each(texts, _moment), TIMESTAMP)
    return pc.coalesce(with_zone, pc.assume_timezone(without, "UTC"))


def _moment(text: str) -> datetime | None:
    """A time without a zone is taken as UTC."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text_of_text(texts: pa.Array) -> pa.Array:
    if pa.types.is_string(texts.type):
        return texts
    return pa.array(_each(texts, _utf8), pa.string())


def _utf8(cell: bytes) -> str | None:
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _each(array: pa.Array, of_cell: Callable[[Any], Any]) -> list[Any]:
    return [None if cell is None else of_cell(cell) for cell in array.to_pylist()]


def _float_of_number(array: pa.Array) -> pa.Array:
    if pa.types.is_boolean(array.type):
        array = pc.cast(array, pa.int64())
    return _finite(pc.cast(array, pa.float64(), safe=False))


def _integer_of_number(array: pa.Array) -> pa.Array:
    if not pa.types.is_floating(array.type):
        return pc.cast(array, pa.int64())
    whole = pc.and_(pc.equal(pc.floor(array), array), pc.less(pc.abs(array), 2.0**63))
    return pc.cast(pc.if_else(whole, array, None), pa.int64())


def _boolean_of_number(array: pa.Array) -> pa.Array:
    if pa.types.is_boolean(array.type):
        return array
    known = pc.or_(pc.equal(array, 0), pc.equal(array, 1))
    return pc.if_else(known, pc.equal(array, 1), pa.scalar(None, pa.bool_()))


def _text_of_number(array: pa.Array) -> pa.Array:
    return pc.cast(array, pa.string())


_FROM_TEXT: dict[ColumnType, Callable[[pa.Array], pa.Array]] = {
    ColumnType.FLOAT: _float_of_text,
    ColumnType.INTEGER: _integer_of_text,
    ColumnType.BOOLEAN: _boolean_of_text,
    ColumnType.TIMESTAMP: _timestamp_of_text,
    ColumnType.CATEGORY: _text_of_text,
    ColumnType.STRING: _text_of_text,
}
_FROM_NUMBER: dict[ColumnType, Callable[[pa.Array], pa.Array]] = {
    ColumnType.FLOAT: _float_of_number,
    ColumnType.INTEGER: _integer_of_number,
    ColumnType.BOOLEAN: _boolean_of_number,
    ColumnType.CATEGORY: _text_of_number,
    ColumnType.STRING: _text_of_number,
}
