"""How do tensors travel as bytes? The binary tensor extension of the V2 protocol.

JSON first, its length in the header `Inference-Header-Content-Length`; then the tensors one after
the other, little-endian and row-major. An element of BYTES is its length in four bytes, and itself.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from modelserver.payloads.refusals import RequestRefused

BINARY = "application/octet-stream"
BINARY_HEADER = "inference-header-content-length"
_LENGTH = struct.Struct("<I")
_DTYPES = {
    name: np.dtype(code)
    for name, code in (
        ("BOOL", "?"),
        ("INT8", "i1"),
        ("INT16", "<i2"),
        ("INT32", "<i4"),
        ("INT64", "<i8"),
        ("UINT8", "u1"),
        ("UINT16", "<u2"),
        ("UINT32", "<u4"),
        ("UINT64", "<u8"),
        ("FP16", "<f2"),
        ("FP32", "<f4"),
        ("FP64", "<f8"),
    )
}
FP64_BYTES = 8


class BinaryPart:
    """What stands behind the JSON of a request; tensors are taken from it in order."""

    def __init__(self, content: memoryview) -> None:
        self._rest = content

    def take(self, size: Any, where: str) -> memoryview:
        """The next bytes. Raises RequestRefused when there are not that many."""
        if type(size) is not int or not 0 <= size <= len(self._rest):
            raise RequestRefused(
                f"{where}: binary_data_size {size!r:.40}; {len(self._rest)} bytes are left"
            )
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def check_end(self) -> None:
        """Returns when everything was taken; raises RequestRefused."""
        if len(self._rest):
            raise RequestRefused(f"{len(self._rest)} bytes behind the last tensor belong to none")


# Empty for good: nothing can be taken from it.
NO_BINARY = BinaryPart(memoryview(b""))


def json_bytes(json_size: bytes, body: bytes | bytearray) -> int:
    """How long the JSON is. Raises RequestRefused when the header cannot be right."""
    if json_size.isdigit() and len(json_size) <= 18 and (size := int(json_size)) <= len(body):
        return size
    shown = json_size[:20].decode("ascii", "replace")
    raise RequestRefused(f"{BINARY_HEADER} is {shown!r}; the body has {len(body)} bytes")


def decoded_numbers(content: memoryview, datatype: Any, shape: Sequence[int], where: str) -> Any:
    """The flat array in its own dtype. Raises RequestRefused."""
    dtype = _DTYPES.get(datatype)
    if dtype is None:
        raise RequestRefused(f"{where}: datatype {datatype!r:.40} has no binary form for numbers")
    count = math.prod(shape)
    if len(content) != count * dtype.itemsize:
        raise RequestRefused(
            f"{where}: {len(content)} bytes; {datatype} of shape {list(shape)} has"
            f" {count * dtype.itemsize}"
        )
    if datatype == "BOOL":
        return np.frombuffer(content, dtype=np.uint8) != 0
    return np.frombuffer(content, dtype=dtype)


def decoded_texts(content: memoryview, count: int, where: str) -> list[str]:
    """The elements of a BYTES tensor as text. Raises RequestRefused."""
    texts: list[str] = []
    whole = bytes(content)
    start = 0
    try:
        while start < len(whole) and len(texts) <= count:
            (size,) = _LENGTH.unpack_from(whole, start)
            start += 4 + size
            if start > len(whole):
                raise RequestRefused(f"{where}: element {len(texts)} of BYTES is not all there")
            texts.append(whole[start - size : start].decode())
    except struct.error:
        raise RequestRefused(
            f"{where}: element {len(texts)} of BYTES has no whole length"
        ) from None
    except UnicodeDecodeError:
        raise RequestRefused(f"{where}: element {len(texts)} is not UTF-8") from None
    if len(texts) != count:
        raise RequestRefused(f"{where}: {len(texts)} elements of BYTES; the shape has {count}")
    return texts


def encoded_tensor(datatype: str, data: Sequence[Any] | npt.NDArray[Any]) -> bytes:
    """Output data as bytes, row-major."""
    if datatype == "BYTES":
        elements = [str(value).encode() for value in np.asarray(data, dtype=object).ravel()]
        return b"".join(part for e in elements for part in (_LENGTH.pack(len(e)), e))
    return np.asarray(data, dtype=_DTYPES[datatype]).tobytes()
