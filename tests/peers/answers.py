"""What does an answer say? Read by the letter of the protocol, for any server."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from peers.payloads import JSON_SIZE
from serving_process import Reply

_CODES = {
    "FP64": "<f8",
    "FP32": "<f4",
    "INT64": "<i8",
    "INT32": "<i4",
    "BOOL": "?",
}


@dataclass(frozen=True, slots=True)
class Output:
    """One tensor of an answer; `values` are flat."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    values: list[Any]


@dataclass(frozen=True, slots=True)
class Inferred:
    """A V2 answer."""

    document: dict[str, Any]
    outputs: tuple[Output, ...]


def read(reply: Reply) -> Inferred:
    """The answer of a V2 inference. Raises AssertionError where it is not one."""
    size = reply.headers.get(JSON_SIZE)
    text = reply.body if size is None else reply.body[: int(size)]
    rest = memoryview(b"" if size is None else reply.body[int(size) :])
    document = json.loads(text)
    assert isinstance(document["model_name"], str)
    outputs = []
    for tensor in document["outputs"]:
        length = (tensor.get("parameters") or {}).get("binary_data_size")
        if length is None:
            values = list(_flat(tensor["data"]))
        else:
            assert "data" not in tensor
            values, rest = _decoded(tensor["datatype"], rest[:length]), rest[length:]
        shape = tuple(tensor["shape"])
        assert np.prod(shape) == len(values), "values that do not have the shape"
        outputs.append(Output(tensor["name"], tensor["datatype"], shape, values))
    assert not rest, "bytes that belong to no output"
    return Inferred(document, tuple(outputs))


def _flat(data: Any) -> Iterator[Any]:
    for item in data:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _decoded(datatype: str, content: memoryview) -> list[Any]:
    if datatype != "BYTES":
        numbers: list[Any] = np.frombuffer(content, _CODES[datatype]).tolist()
        return numbers
    texts, at = [], 0
    while at < len(content):
        (size,) = struct.unpack_from("<I", content, at)
        texts.append(bytes(content[at + 4 : at + 4 + size]).decode())
        at += 4 + size
    return texts
