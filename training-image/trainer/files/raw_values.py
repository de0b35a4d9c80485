"""To which few Arrow types are a file's own types brought before anything else looks at them?"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_MOST_SECONDS = 2**63 // 1_000_000
_PER_SECOND = {"s": 1, "ms": 1000}
"""Of the units that reach beyond all microseconds."""

TIMESTAMP = pa.timestamp("us", "UTC")
CODED_TEXTS = pa.dictionary(pa.int32(), pa.string())
"""Texts as parquet holds them, each different one once: what looks at texts takes them so, too."""


def plain(array: pa.Array) -> pa.Array:
    """The same values as int64, float64, bool, timestamp(us, UTC), string or binary.

    Binary stays binary: whether it is text is found out cell by cell. Call it for types that
    `why_no_value` says nothing about.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        return plain(array.dictionary_decode())
    if kind in (pa.int64(), pa.float64(), pa.bool_(), pa.string(), pa.binary(), TIMESTAMP):
        return array
    wanted = _wanted(kind)
    try:
        # Nanoseconds lose their last digits; seconds beyond all microseconds must not wrap.
        return pc.cast(array, wanted, safe=not _is_nanoseconds(kind))
    except pa.ArrowInvalid:
        if pa.types.is_timestamp(kind):
            return _texts_of_far_times(array)
        # Unsigned numbers above int64 and the like: their text still tells what they are.
        return pc.cast(array, pa.string())


def _texts_of_far_times(array: pa.Array) -> pa.Array:
    """Times as texts, those beyond all microseconds as texts that are no time."""
    numbers = pc.cast(array, pa.int64())
    near = pc.less(pc.abs_checked(numbers), _MOST_SECONDS * _PER_SECOND[array.type.unit])
    times = pc.cast(pc.cast(pc.if_else(near, array, None), TIMESTAMP), pa.string())
    unit = f"{array.type.unit} since 1970"
    far = pc.binary_join_element_wise(pc.cast(numbers, pa.string()), unit, " ")
    return pc.coalesce(times, far)


def why_no_value(kind: pa.DataType) -> str | None:
    """Why a column of the type is left out, in words; None for one whose cells are values."""
    if pa.types.is_dictionary(kind):
        return why_no_value(kind.value_type)
    if pa.types.is_nested(kind):
        return "it holds lists or objects, which no model reads: export one column per value"
    if pa.types.is_duration(kind) or pa.types.is_interval(kind) or pa.types.is_time(kind):
        return "it holds durations or times of day: export a number of seconds"
    known = pa.types.is_boolean(kind) or _wanted(kind) is not None
    return None if known else f"values of type {kind} are not read"


def _is_nanoseconds(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind)) and kind.unit == "ns"


def _wanted(kind: pa.DataType) -> pa.DataType | None:
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_floating(kind):
        return pa.float64()
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return TIMESTAMP
    if (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or kind == pa.binary_view()
    ):
        return pa.binary()
    return pa.string() if _is_written(kind) else None


def _is_written(kind: pa.DataType) -> bool:
    texts = pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view()
    return bool(texts or pa.types.is_decimal(kind) or pa.types.is_null(kind))


def spread_texts(array: pa.Array) -> pa.Array:
    """The same cells, texts one by one."""
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def texts_of(array: pa.Array) -> pa.Array:
    """The cells as UTF-8 text; bytes that are not UTF-8 become text with � in their place."""
    if not pa.types.is_binary(array.type):
        return pc.cast(array, pa.string())
    try:
        return pc.cast(array, pa.string())
    except pa.ArrowInvalid:
        cells = array.to_pylist()
        return pa.array([None if c is None else c.decode("utf-8", "replace") for c in cells])
