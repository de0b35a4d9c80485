"""The shape of a payload that several servers are asked with, and the parts it is made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

KSERVE = "KServe"
MLSERVER = "MLServer"
PEERS = (KSERVE, MLSERVER)
OURS = "ours"
VERSION = "v7"
JSON_SIZE = "inference-header-content-length"


@dataclass(frozen=True, slots=True)
class Names:
    """What a server calls the outputs of a model; empty: it has none of this sort."""

    predictions: str
    probabilities: str


Body = bytes | Callable[[Names], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One request. `body` may depend on the server's own names of outputs.

    `peers`: whom it is put to, besides ours; who is left out does not offer what it asks for.
    """

    says: str
    path: str
    method: str = "POST"
    body: Body = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    peers: tuple[str, ...] = PEERS

    def body_for(self, names: Names) -> bytes:
        """The bytes to send to the server that uses these names."""
        return self.body if isinstance(self.body, bytes) else self.body(names)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A model by its name, and rows to ask it with."""

    name: str
    rows: np.ndarray

    def infer(
        self,
        says: str,
        body: Body | Mapping[str, Any],
        peers: tuple[str, ...] = PEERS,
        headers: Mapping[str, str] | None = None,
    ) -> Payload:
        """A V2 inference request."""
        whole = {"content-type": "application/json", **(headers or {})}
        path = f"/v2/models/{self.name}/infer"
        content = json_bytes(body) if isinstance(body, Mapping) else body
        return Payload(says=says, path=path, body=content, headers=whole, peers=peers)

    def matrix(self, rows: Any = None, datatype: object = "FP64", **changes: Any) -> dict[str, Any]:
        """The rows, by default the first three, as one flat input; None as a change leaves out."""
        array = np.asarray(self.rows[:3] if rows is None else rows)
        tensor = {
            "name": "input",
            "shape": list(array.shape),
            "datatype": datatype,
            "data": array.ravel().tolist(),
            **changes,
        }
        return {name: value for name, value in tensor.items() if value is not LEAVE_OUT}

    def binary(self, rows: np.ndarray, datatype: str, **more: Any) -> tuple[bytes, dict[str, str]]:
        """A request whose tensor stands behind the JSON, and its headers."""
        content = rows.tobytes()
        size = {"binary_data_size": len(content)}
        tensor = self.matrix(rows, datatype, data=LEAVE_OUT, parameters=size)
        head = json_bytes({"inputs": [tensor], **more})
        return head + content, binary_headers(len(head))


LEAVE_OUT = object()
"""As a field's value: the field is not there."""


def binary_headers(json_size: int) -> dict[str, str]:
    """The headers of a request with tensors as bytes."""
    return {"content-type": "application/octet-stream", JSON_SIZE: str(json_size)}


def json_bytes(document: Any) -> bytes:
    """The document as JSON."""
    return json.dumps(document).encode()


def by_name(says: Iterable[Payload]) -> dict[str, Payload]:
    """The payloads by what they say. Raises ValueError when two say the same."""
    found: dict[str, Payload] = {}
    for payload in says:
        if payload.says in found:
            raise ValueError(f"two payloads say {payload.says!r}")
        found[payload.says] = payload
    return found
