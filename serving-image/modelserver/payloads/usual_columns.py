"""Which rows does a request hold that has one plain tensor per feature, as nearly all have?

A first look at what is as it should be, quicker than the one that finds out what is wrong. None
says nothing but that somebody has to look closer; who does finds the same rows.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from modelbundle.rows import Rows, Texts
from modelbundle.signature import Feature, Kind
from modelserver.payloads.v2_tensors import FLOATS, packed

_MOST_ROWS: Final = 64  # arrays are quicker than lists from about here
_TEXT: Final = {str}
NOT_AS_USUAL: Final = (
    *(AttributeError, IndexError, KeyError, TypeError, ValueError),
    struct.error,
)

Columns = dict[str, tuple[dict[str, Any], list[Any]]]


class UsualColumns:
    """Requests for one model; what its features may hold is prepared once."""

    def __init__(self, features: Sequence[Feature], max_rows: int) -> None:
        self._width = len(features)
        self._max_rows = min(max_rows, _MOST_ROWS)
        self._numbers = tuple((each.name, each.kind) for each in features if each.numeric)
        self._texts = tuple((each.name, _Words(each)) for each in features if not each.numeric)

    def sent(self, inputs: Any) -> Rows | None:
        """The rows of tensors in JSON in which neither true nor false stands."""
        try:
            return self._rows({each["name"]: (each, each["data"]) for each in inputs}, len(inputs))
        except NOT_AS_USUAL:
            return None

    def _rows(self, columns: Columns, sent: int) -> Rows | None:
        if not 1 < len(columns) == sent == self._width:
            return None
        count = len(next(iter(columns.values()))[1])
        if not 0 < count <= self._max_rows:
            return None
        flat: list[Any] = []
        for name, kind in self._numbers:
            tensor, data = columns[name]
            if not _fits(tensor, data, count) or kind is Kind.BOOLEAN:
                return None
            if tensor["datatype"] == "INT64":
                struct.pack(f"{count}q", *data)  # whole numbers of this size, or an error
            elif tensor["datatype"] not in FLOATS or kind is not Kind.FLOAT:
                return None
            flat += data
        numbers = packed(flat)
        texts = self._table(columns, count)
        if numbers is None or texts is None:
            return None
        table = numbers.reshape(len(self._numbers), count).T
        return Rows(np.ascontiguousarray(table), texts)

    def _table(self, columns: Columns, count: int) -> Texts | None:
        texts = np.empty((count, len(self._texts)), dtype=object)
        for position, (name, words) in enumerate(self._texts):
            tensor, data = columns[name]
            if tensor["datatype"] != "BYTES" or not _fits(tensor, data, count):
                return None
            if not words.hold(data):
                return None
            texts[:, position] = data
        return texts


class _Words:
    """What a category may be."""

    def __init__(self, feature: Feature) -> None:
        self._gaps = feature.accepts_missing
        self._known: frozenset[Any] | None = None
        if feature.categories is not None:
            self._known = frozenset({*feature.categories, ""} if self._gaps else feature.categories)

    def hold(self, data: list[Any]) -> bool:
        """True when the model takes every one of these."""
        if self._known is not None and not self._known.issuperset(data):
            return False
        return set(map(type, data)) == _TEXT and (self._gaps or "" not in data)


def _fits(tensor: dict[str, Any], data: Any, count: int) -> bool:
    """True for so many values in one row or one column, and nothing else to look at."""
    return type(data) is list and len(data) == count and one_column(tensor, count)


def one_column(tensor: dict[str, Any], count: int) -> bool:
    """True for a tensor of so many rows that has no more fields than it needs. Raises KeyError."""
    shape = tensor["shape"]
    if len(tensor) != 4 or shape not in ([count], [count, 1]):
        return False
    return type(shape[0]) is type(shape[-1]) is int
