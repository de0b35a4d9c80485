"""Which rows does a request hold that is one flat matrix of finite floats, as most are?

A first look, as `usual_columns` is one: None says nothing but that somebody has to look closer, who
finds the same rows.
"""

from __future__ import annotations

from typing import Any

from modelbundle.rows import Numbers
from modelserver.v2_tensors import FLOATS, packed


def usual_matrix(tensor: Any, width: int, max_rows: int) -> Numbers | None:
    """The matrix of a tensor in JSON in which neither true nor false stands; its name is not
    looked at.
    """
    try:
        (count, columns), data, datatype = tensor["shape"], tensor["data"], tensor["datatype"]
    except (KeyError, TypeError, ValueError):
        return None
    if not (len(tensor) == 4 and type(data) is list and type(count) is type(columns) is int):
        return None
    if columns != width or not 0 < count <= max_rows or len(data) != count * width:
        return None
    numbers = packed(data) if isinstance(datatype, str) and datatype in FLOATS else None
    return None if numbers is None else numbers.reshape(count, width)
