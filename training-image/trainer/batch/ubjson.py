"""What are the bytes of a document in UBJSON, with arrays of numbers as they are in memory?"""

from __future__ import annotations

from typing import Any

import numpy as np

_TYPES = {"float32": b"d", "int64": b"L", "int32": b"l", "uint8": b"U"}


def ubjson(value: Any) -> bytes:
    """The bytes of a document of dicts, lists, texts, whole numbers and arrays of one dimension.

    Raises TypeError for anything else.
    """
    if isinstance(value, dict):
        return b"{%b}" % b"".join(_text(key) + ubjson(found) for key, found in value.items())
    if isinstance(value, list):
        return b"[#%b%b" % (_number(len(value)), b"".join(map(ubjson, value)))
    if isinstance(value, str):
        return b"S" + _text(value)
    if isinstance(value, int):
        return _number(value)
    if isinstance(value, np.ndarray) and value.dtype.name in _TYPES:
        content = value.astype(value.dtype.newbyteorder(">")).tobytes()
        return b"[$%b#%b%b" % (_TYPES[value.dtype.name], _number(len(value)), content)
    raise TypeError(f"{type(value).__name__} has no place in UBJSON here")


def _text(text: str) -> bytes:
    content = text.encode()
    return _number(len(content)) + content


def _number(number: int) -> bytes:
    return b"L" + number.to_bytes(8, "big", signed=True)
