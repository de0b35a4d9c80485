"""Which rows does a request hold that has one plain tensor in bytes per feature?

A first look, as `usual_columns` is one: None says nothing but that somebody has to look closer, who
finds the same rows.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind
from modelserver.payloads.binary_tensors import plain_texts
from modelserver.payloads.cells import all_finite
from modelserver.payloads.usual_columns import NOT_AS_USUAL, one_column

_LENGTH: Final = struct.Struct("<I")
_DTYPES: Final[dict[Kind, dict[str, np.dtype[Any]]]] = {
    Kind.FLOAT: {"FP64": np.dtype("<f8"), "FP32": np.dtype("<f4"), "INT64": np.dtype("<i8")},
    Kind.INTEGER: {"INT64": np.dtype("<i8")},
    Kind.BOOLEAN: {},
}

# From the bytes of a tensor and the number of its elements. Raises ValueError, KeyError.
_Read = Callable[[bytes, int], list[str]]


class UsualBinaryColumns:
    """Requests for one model; what its features may hold is prepared once."""

    def __init__(self, features: Sequence[Feature], max_rows: int) -> None:
        self._width = len(features)
        self._max_rows = max_rows
        numbers = [each for each in features if each.numeric]
        texts = [each for each in features if not each.numeric]
        self._numbers = {each.name: (at, _DTYPES[each.kind]) for at, each in enumerate(numbers)}
        self._texts = {each.name: (at, _reading(each)) for at, each in enumerate(texts)}

    def sent(self, inputs: Any, body: bytes | bytearray, start: int) -> Rows | None:
        """The rows of tensors whose bytes stand one behind the other from `start` to the end."""
        try:
            if len({each["name"] for each in inputs}) != self._width or self._width < 2:
                return None
            return self._rows(inputs, body, start)
        except NOT_AS_USUAL:
            return None

    def _rows(self, inputs: Any, body: bytes | bytearray, start: int) -> Rows | None:
        count = inputs[0]["shape"][0]
        if type(count) is not int or not 0 < count <= self._max_rows:
            return None
        numbers = np.empty((count, len(self._numbers)))
        texts = np.empty((count, len(self._texts)), dtype=object)
        for each in inputs:
            ((key, size),) = each["parameters"].items()
            end = start + size
            if key != "binary_data_size" or type(size) is not int or not start <= end <= len(body):
                return None
            if not one_column(each, count):
                return None
            numeric = self._numbers.get(each["name"])
            if numeric is not None:
                at, dtypes = numeric
                numbers[:, at] = _numbers(body, dtypes[each["datatype"]], (start, end), count)
            elif each["datatype"] == "BYTES":
                at, read = self._texts[each["name"]]
                texts[:, at] = read(bytes(body[start:end]), count)
            else:
                return None
            start = end
        return Rows(numbers, texts) if start == len(body) and all_finite(numbers) else None


def _numbers(
    body: bytes | bytearray, dtype: np.dtype[Any], span: tuple[int, int], count: int
) -> npt.NDArray[Any]:
    start, end = span
    if end - start != count * dtype.itemsize:
        raise ValueError("not so many bytes")
    return np.frombuffer(body, dtype, count, start)


def _reading(feature: Feature) -> _Read:
    """How the texts of a category are read: those that the model knows as wholes, with lengths."""
    if feature.categories is None:
        return plain_texts  # which takes no gaps
    gaps = ("",) if feature.accepts_missing else ()
    known = {_element(word): word for word in {*feature.categories, *gaps}}

    def read(content: bytes, count: int) -> list[str]:
        texts = []
        start = 0
        while start < len(content):
            # A length has four bytes; an element with more than the first is none that is found.
            end = start + 4 + content[start]
            texts.append(known[content[start:end]])
            start = end
        if len(texts) != count:
            raise ValueError("not so many texts")
        return texts

    return read


def _element(word: str) -> bytes:
    content = word.encode()
    return _LENGTH.pack(len(content)) + content
