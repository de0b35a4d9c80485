"""What is each cell as a value of its column's type, and which cells are none?

Whole columns are converted at once. Where some cell does not convert, or is a word for missing,
the column is looked at more closely: what a cell is never depends on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from modelbundle.texts import plain_text
from trainer.files.casting import cast_all
from trainer.files.cell_rules import USUAL, CellRules
from trainer.files.raw_values import CODED_TEXTS, TIMESTAMP, spread_texts, texts_of
from trainer.rows.moments import (
    YEAR_1,
    YEAR_10000,
    iso_moments,
    moments_of_numbers,
    moments_of_texts,
)
from trainer.rows.numerals import (
    floats_of_texts,
    integers_of_texts,
    plain_integers,
    truths_of_texts,
)
from trainer.tasks.ingest_task import ColumnType

ARROW_TYPES = {
    ColumnType.FLOAT: pa.float64(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.CATEGORY: pa.dictionary(pa.int32(), pa.string()),
    ColumnType.STRING: pa.string(),
    ColumnType.TIMESTAMP: TIMESTAMP,
}
TEXT_TYPES = frozenset({ColumnType.CATEGORY, ColumnType.STRING})


@dataclass(frozen=True, slots=True)
class Converted:
    """`values` are null where a cell is missing or invalid; `invalid` is true for the latter.

    `tidied`: texts that are stored otherwise than they stand in the file; `words`: cells that hold
    a word for missing.
    """

    values: pa.Array
    invalid: pa.BooleanArray
    tidied: int = 0
    words: int = 0


def convert(array: pa.Array, column_type: ColumnType, rules: CellRules = USUAL) -> Converted:
    """The cells, as `raw_values.plain` has them or CODED_TEXTS, as values of the column's type."""
    if column_type in TEXT_TYPES:
        return _texts(array, column_type, rules)
    array = spread_texts(array)
    if pa.types.is_string(array.type) or pa.types.is_binary(array.type):
        values = _at_once(array, column_type, rules)
        if values is not None:
            return Converted(values, pa.repeat(pa.scalar(False), len(values)))
        given = given_values(array, rules)
        values = _OF_TEXT[column_type](given, rules)
    else:
        same = _as_stored(array, column_type)
        if same is not None:
            return Converted(same, pa.repeat(pa.scalar(False), len(same)))
        given = without_nan(array)
        values = _of_native(given, column_type)
    if column_type is ColumnType.TIMESTAMP:
        micros = pc.cast(values, pa.int64())
        known = pc.and_(pc.greater_equal(micros, YEAR_1), pc.less(micros, YEAR_10000))
        values = pc.if_else(known, values, None)
    return Converted(values, pc.and_(pc.is_valid(given), pc.is_null(values)))


def _as_stored(array: pa.Array, column_type: ColumnType) -> pa.Array | None:
    """Times without an odd one, whole numbers, and finite ones: most files hold no others."""
    if array.type != ARROW_TYPES[column_type]:
        return None
    if column_type is ColumnType.FLOAT:
        # Adding zero turns -0.0 into 0.0, which is the same number and must be the same bytes.
        return pc.add(array, 0.0) if pc.all(pc.is_finite(array)).as_py() is not False else None
    if column_type is ColumnType.TIMESTAMP:
        ends = pc.min_max(pc.cast(array, pa.int64())).as_py()
        usual = ends["min"] is None or (ends["min"] >= YEAR_1 and ends["max"] < YEAR_10000)
        return array if usual else None
    return array if column_type in {ColumnType.INTEGER, ColumnType.BOOLEAN} else None


def _at_once(array: pa.Array, column_type: ColumnType, rules: CellRules) -> pa.Array | None:
    """The values of a batch without a cell that needs a closer look, the common case."""
    if column_type is ColumnType.TIMESTAMP:
        return None if rules.date_formats else iso_moments(filled_texts(array))
    if not rules.plain_numbers or column_type is ColumnType.BOOLEAN:
        return None
    # Numbers need no look at their encoding: what is not even text is no number.
    cells = _filled(array)
    if column_type is ColumnType.INTEGER:
        return plain_integers(cells)
    values = cast_all(cells, pa.float64())
    # The words nan and inf are numbers to Arrow.
    if values is None or pc.all(pc.is_finite(values)).as_py() is False:
        return None
    # Adding zero turns -0.0 into 0.0, which is the same number and must be the same bytes.
    return pc.add(values, 0.0)


def filled_texts(array: pa.Array) -> pa.Array:
    """The cells as text, null where nothing stands."""
    return _filled(texts_of(array))


def _filled(cells: pa.Array) -> pa.Array:
    if not _has_empty(cells):
        return cells
    return pc.if_else(pc.equal(pc.binary_length(cells), 0), None, cells)


def _has_empty(cells: pa.Array) -> bool:
    """By where each cell ends: a look at numbers side by side, which missing cells share."""
    if not len(cells):
        return False
    _, offsets, _ = cells.buffers()
    ends = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    return bool((ends[1:] == ends[:-1]).any())


def given_values(array: pa.Array, rules: CellRules) -> pa.Array:
    """Cells of numbers, truths or times as trimmed text; null where one is missing."""
    texts = filled_texts(array)
    trimmed = pc.utf8_trim_whitespace(texts)
    gone = pc.is_in(pc.utf8_lower(trimmed), pa.array(rules.missing_among_values))
    return pc.if_else(gone, None, trimmed)


def without_nan(array: pa.Array) -> pa.Array:
    """The same cells; a float that is no number is missing."""
    if not pa.types.is_floating(array.type):
        return array
    nan = pc.is_nan(array)
    return pc.if_else(nan, None, array) if pc.any(nan).as_py() else array


def _of_native(array: pa.Array, wanted: ColumnType) -> pa.Array:
    if pa.types.is_timestamp(array.type):
        if wanted is ColumnType.TIMESTAMP:
            return array
        return pa.nulls(len(array), ARROW_TYPES[wanted])
    return _OF_NUMBER[wanted](array)


def _float_of_number(array: pa.Array) -> pa.Array:
    if pa.types.is_boolean(array.type):
        array = pc.cast(array, pa.int64())
    values = pc.cast(array, pa.float64(), safe=False)
    finite = pc.is_finite(values)
    if pc.all(finite).as_py() is False:
        values = pc.if_else(finite, values, None)
    # Adding zero turns -0.0 into 0.0, which is the same number and must be the same bytes.
    return pc.add(values, 0.0)


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


def _texts(array: pa.Array, column_type: ColumnType, rules: CellRules) -> Converted:
    """Each different text is looked at once, by the rule that the model server follows too."""
    encoded = _encoded(array)
    missing = frozenset(rules.missing_words)
    kept: list[str | None] = []
    bad: list[bool] = []
    words: list[bool] = []
    tidied: list[bool] = []
    for found in encoded.dictionary.to_pylist():
        text = _decoded(found) if isinstance(found, bytes) else found
        plain = None if text is None else plain_text(text)
        gone = plain is not None and plain in missing
        kept.append(None if gone else plain)
        bad.append(text is None)
        words.append(gone and plain != "")
        tidied.append(not gone and plain != text)
    values = _of_codes(kept, encoded.indices)
    if column_type is ColumnType.STRING:
        values = values.dictionary_decode()
    invalid = _cells_of(bad, encoded)
    counts = (int(pc.sum(_cells_of(flags, encoded)).as_py() or 0) for flags in (tidied, words))
    return Converted(values, invalid, *counts)


def _encoded(array: pa.Array) -> pa.DictionaryArray:
    """The different texts and their places; of a part of a large file, without those of others."""
    if array.type == CODED_TEXTS:
        if len(array.dictionary) <= len(array):
            return array
        array = array.dictionary_decode()
    native = without_nan(array)
    if not (pa.types.is_string(array.type) or pa.types.is_binary(array.type)):
        native = pc.cast(native, pa.string())
    return native.dictionary_encode()


def _of_codes(texts: list[str | None], codes: pa.Array) -> pa.DictionaryArray:
    """The text of each code, every different one once in the dictionary."""
    different = {
        text: code for code, text in enumerate(dict.fromkeys(t for t in texts if t is not None))
    }
    places = pa.array([None if t is None else different[t] for t in texts], pa.int32())
    return pa.DictionaryArray.from_arrays(
        places.take(codes), pa.array(list(different), pa.string())
    )


def _cells_of(flags: list[bool], encoded: pa.DictionaryArray) -> pa.Array:
    """Which cells hold one of the texts with the flag."""
    if not any(flags):
        return pa.repeat(pa.scalar(False), len(encoded))
    return pc.fill_null(pa.array(flags, pa.bool_()).take(encoded.indices), False)


def _decoded(cell: bytes) -> str | None:
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError:
        return None


_OF_TEXT: dict[ColumnType, Callable[[pa.Array, CellRules], pa.Array]] = {
    ColumnType.FLOAT: floats_of_texts,
    ColumnType.INTEGER: integers_of_texts,
    ColumnType.BOOLEAN: truths_of_texts,
    ColumnType.TIMESTAMP: moments_of_texts,
}
_OF_NUMBER: dict[ColumnType, Callable[[pa.Array], pa.Array]] = {
    ColumnType.FLOAT: _float_of_number,
    ColumnType.INTEGER: _integer_of_number,
    ColumnType.BOOLEAN: _boolean_of_number,
    ColumnType.TIMESTAMP: moments_of_numbers,
}
