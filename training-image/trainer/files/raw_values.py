"""To which few Arrow types are a file's own types brought before anything else looks at them?"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

TIMESTAMP = pa.timestamp("us", "UTC")


def plain(array: pa.Array) -> pa.Array:
    """The same values as int64, float64, bool, timestamp(us, UTC), string or binary.

    Binary stays binary: whether it is text is found out cell by cell. Nested values become text.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        return plain(array.dictionary_decode())
    if kind in (pa.int64(), pa.float64(), pa.bool_(), pa.string(), pa.binary(), TIMESTAMP):
        return array
    wanted = _wanted(kind)
    if wanted is not None:
        try:
            # Nanoseconds lose their last digits; seconds beyond all microseconds must not wrap.
            return pc.cast(array, wanted, safe=not _is_nanoseconds(kind))
        except pa.ArrowInvalid:
            # Unsigned numbers above int64 and the like: their text still tells what they are.
            return pc.cast(array, pa.string())
    return pa.array(
        [None if cell is None else str(cell) for cell in array.to_pylist()], pa.string()
    )


def _is_nanoseconds(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind)) and kind.unit == "ns"


def _wanted(kind: pa.DataType) -> pa.DataType | None:
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_floating(kind):
        return pa.float64()
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return TIMESTAMP
    if pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.binary()
    if pa.types.is_large_string(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return pa.string()
    return None


def texts_of(array: pa.Array) -> pa.Array:
    """The cells as UTF-8 text; bytes that are not UTF-8 become text with � in their place."""
    if not pa.types.is_binary(array.type):
        return pc.cast(array, pa.string())
    try:
        return pc.cast(array, pa.string())
    except pa.ArrowInvalid:
        cells = array.to_pylist()
        return pa.array([None if c is None else c.decode("utf-8", "replace") for c in cells])
