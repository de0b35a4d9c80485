"""How does one JSON matrix of floats become an array without a Python object for each number?

A fast path for the most common request. Where it returns None the request goes through
`v2_requests`, which finds the same rows or says what is wrong. Every number that simdjson accepts
is finite; it refuses null, true and false.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import orjson
import simdjson

from modelbundle.rows import Numbers
from modelbundle.signature import MATRIX_INPUT
from modelserver.payloads.v2_tensors import FLOATS

_MOST_BYTES: Final = 1 << 18  # a parser keeps some 14 times the bytes of its longest document
_NAME: Final = f'"{MATRIX_INPUT}"'.encode()
_LISTS: Final = 3  # the inputs, the shape and the data
_FIELDS: Final = 4  # name, datatype, shape and data
_UNEXPECTED: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)


class SentMatrix(NamedTuple):
    """The rows as writable float64, and what the request says besides its inputs."""

    numbers: Numbers
    rest: dict[str, Any]


class JsonMatrixReader:
    """Requests for one model, whose rows have `width` numbers."""

    def __init__(self, width: int, max_rows: int) -> None:
        self._width = width
        self._max_rows = max_rows
        self._parser = simdjson.Parser(_MOST_BYTES)

    def read(self, body: bytes | bytearray) -> SentMatrix | None:
        """The matrix, flat or nested, if that is what the body holds."""
        # No byte order mark, which simdjson would pass over.
        if len(body) > _MOST_BYTES or body[:1] != b"{" or _NAME not in body:
            return None
        try:
            return self._read(self._parser.parse(body), body)
        except _UNEXPECTED:
            return None
        except RuntimeError:  # something holds on to the last document: it has this parser for good
            self._parser = simdjson.Parser(_MOST_BYTES)
            return None

    def _read(self, document: Any, body: bytes | bytearray) -> SentMatrix | None:
        (tensor,) = document["inputs"]
        count, columns = shape = tuple(tensor["shape"])
        if not type(count) is type(columns) is int or columns != self._width:
            return None
        if not 0 < count <= self._max_rows or not _is_plain(tensor):
            return None
        # The last one is mostly that of the data: it is quickest to count those before it.
        lists = body.count(b"[", 0, body.rfind(b"[")) + 1 - _LISTS
        rest = {} if len(document) == 1 else _rest(document)
        if rest:
            if b"\\" in body:
                return None  # there may be a bracket in disguise
            lists -= orjson.dumps(rest).count(b"[")
        data = tensor["data"]
        if not _is_rectangular(data, shape, lists):
            return None
        numbers = np.frombuffer(data.as_buffer(of_type="d")).reshape(shape)
        return SentMatrix(numbers, rest)


def _is_plain(tensor: Any) -> bool:
    """True for floats by the right name, and nothing else to look at."""
    datatype = tensor["datatype"]
    floats = type(datatype) is str and datatype in FLOATS
    return floats and len(tensor) == _FIELDS and tensor["name"] == MATRIX_INPUT


def _is_rectangular(data: Any, shape: tuple[int, ...], within: int) -> bool:
    """True for a flat list, or a list of rows; `within`: how many lists there are in the data."""
    count, columns = shape
    if within == 0:
        return len(data) == count * columns
    return within == count == len(data) and all(len(row) == columns for row in data)


def _rest(document: Any) -> dict[str, Any]:
    """Everything but the inputs. Raises ValueError where a name stands twice."""
    names = list(document)
    if len(set(names)) != len(names):
        raise ValueError("a name stands twice")
    found = {name: document[name] for name in names if name != "inputs"}
    return {
        name: value.as_dict()
        if isinstance(value, simdjson.Object)
        else value.as_list()
        if isinstance(value, simdjson.Array)
        else value
        for name, value in found.items()
    }
