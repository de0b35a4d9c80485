"""Which values does one tensor of a V2 request hold? JSON lists, flat or nested, or bytes."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from modelbundle.rows import Numbers, Texts
from modelserver.payloads.base64_texts import BASE64, texts_of_base64
from modelserver.payloads.binary_tensors import decoded_numbers, decoded_texts
from modelserver.payloads.cells import (
    BOOLEANS,
    NUMBERS,
    TEXTS,
    WHOLE_NUMBERS,
    as_numbers,
    as_texts,
    check_types,
    has_types,
)
from modelserver.payloads.refusals import RequestRefused, shown

_INTEGER_SPANS = {
    f"{sign}INT{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if not sign else (0, 2**bits - 1)
    for sign in ("", "U")
    for bits in (8, 16, 32, 64)
}
_INTEGERS = {int}
_SUMMED = 256
FLOATS = frozenset({"FP16", "FP32", "FP64"})
_DATATYPES = ("BOOL", *_INTEGER_SPANS, "FP16", "FP32", "FP64", "BYTES")


class SentTensor(NamedTuple):
    """One input as it was sent; `content` when its data is binary."""

    document: dict[str, Any]
    content: memoryview | None

    @property
    def where(self) -> str:
        """How a refusal names the tensor."""
        return f"input {shown(self.document['name'])}"

    def shape(self) -> list[int]:
        """Its shape. Raises RequestRefused."""
        shape = self.document.get("shape")
        if type(shape) is list and set(map(type, shape)) == _INTEGERS:
            return shape
        raise RequestRefused(
            f"{self.where}: shape {shown(shape)}; expected a list of integers that begins with the"
            " number of rows: [rows], or [rows, columns]; one row is [1]"
        )

    def numbers(self, shape: list[int]) -> Numbers:
        """float64, row-major; missing is NaN. Raises RequestRefused."""
        datatype = self.document.get("datatype")
        if datatype == "BYTES":
            raise RequestRefused(
                f"{self.where}: datatype BYTES; this model takes numbers here, e.g. FP64"
            )
        if datatype not in _DATATYPES:
            raise RequestRefused(
                f"{self.where}: datatype {shown(datatype)}; expected one of {', '.join(_DATATYPES)}"
            )
        if self.content is not None:
            where = self.where
            return as_numbers(decoded_numbers(self.content, datatype, shape, where), where)
        data = self._flat(shape)
        self._check_numbers(data, datatype)
        numbers = packed(data)
        return as_numbers(data, self.where) if numbers is None else numbers

    def texts(self, shape: list[int]) -> Texts:
        """Text, row-major; missing is "". Raises RequestRefused."""
        datatype = self.document.get("datatype")
        if datatype != "BYTES":
            raise RequestRefused(
                f"{self.where}: datatype {shown(datatype)}; a category is sent as BYTES"
            )
        data: Sequence[str | None]
        if self.content is not None:
            data = decoded_texts(self.content, math.prod(shape), self.where)
        else:
            data = self._flat(shape)
            if not has_types(data, TEXTS):
                check_types(data, TEXTS, self.where, "text or null")
        if "parameters" in self.document and self._content_type() == BASE64:
            data = texts_of_base64(data, self.where)
        return as_texts(data)

    def _content_type(self) -> Any:
        """How the texts are to be understood, by MLServer's word for it."""
        parameters = self.document["parameters"]
        return parameters.get("content_type") if isinstance(parameters, dict) else None

    def _check_numbers(self, data: list[Any], datatype: str) -> None:
        if datatype in FLOATS:
            if not has_types(data, NUMBERS):
                check_types(data, NUMBERS, self.where, f"numbers or null, as {datatype} says")
        elif datatype == "BOOL":
            check_types(data, BOOLEANS, self.where, "true, false or null, as BOOL says")
        else:
            expected = f"whole numbers or null, as {datatype} says"
            check_types(data, WHOLE_NUMBERS, self.where, expected)
            low, high = _INTEGER_SPANS[datatype]
            if any(value is not None and not low <= value <= high for value in data):
                raise RequestRefused(f"{self.where}: a value is outside of {datatype}")

    def _flat(self, shape: list[int]) -> list[Any]:
        """Row-major values of flat or nested data. Raises RequestRefused when they do not fit."""
        data = self.document.get("data")
        if not isinstance(data, list):
            raise RequestRefused(f"{self.where}: data: expected a list")
        if len(shape) == 2 and data and isinstance(data[0], list):
            if len(data) != shape[0] or any(
                not isinstance(row, list) or len(row) != shape[1] for row in data
            ):
                raise RequestRefused(f"{self.where}: nested data does not have the shape {shape}")
            data = [value for row in data for value in row]
        if len(data) != math.prod(shape):
            raise RequestRefused(f"{self.where}: {len(data)} values do not have the shape {shape}")
        return data


def packed(data: list[Any]) -> Numbers | None:
    """The numbers as a writable float64 array, or None when one of them is none, or not finite.

    Packing a list of floats is quicker than numpy's and the array module's ways.
    """
    content = bytearray(8 * len(data))
    try:
        struct.pack_into(f"{len(data)}d", content, 0, *data)
    except (struct.error, OverflowError):
        return None
    numbers: Numbers = np.frombuffer(content)
    if len(data) > _SUMMED:
        return numbers if np.isfinite(numbers).all() else None
    # Finite only if every number is; should the sum overflow, it just means a closer look.
    return numbers if math.isfinite(sum(data)) else None
