"""What does a ModelInferRequest ask? The same document that the JSON of HTTP would spell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.message import DecodeError

from modelserver.payloads.binary_tensors import BinaryPart
from modelserver.payloads.refusals import RequestRefused, shown

CONTENTS: Final = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}
# Parameters by which HTTP says where bytes stand; here the message itself says it.
_OF_HTTP = frozenset({"binary_data", "binary_data_output", "binary_data_size"})


@dataclass(frozen=True, slots=True, eq=False)
class SentRequest:
    """A request in the shape of the JSON; `raw`: its tensors came as bytes."""

    document: dict[str, Any]
    binary: BinaryPart
    raw: bool


def parsed(body: bytes, kind: Any) -> Any:
    """The message that the bytes spell. Raises RequestRefused."""
    try:
        return kind.FromString(body)
    except DecodeError:
        name = kind.DESCRIPTOR.name
        raise RequestRefused(f"the request is not a {name} of the protocol") from None


def sent_request(message: Any) -> SentRequest:
    """The document of a ModelInferRequest. Raises RequestRefused where the form is wrong.

    Whether the model can take it is for the decoder that all transports share.
    """
    raws = message.raw_input_contents
    raw = len(raws) > 0
    if raw and len(raws) != len(message.inputs):
        raise RequestRefused(
            f"raw_input_contents has {len(raws)} tensors; inputs names {len(message.inputs)}"
        )
    document = {
        "id": message.id or None,
        "parameters": _parameters(message),
        "inputs": [
            _raw_input(tensor, len(raws[position])) if raw else _typed_input(tensor)
            for position, tensor in enumerate(message.inputs)
        ],
        "outputs": [
            {"name": output.name, "parameters": _parameters(output)} for output in message.outputs
        ],
    }
    content = raws[0] if len(raws) == 1 else b"".join(raws)
    return SentRequest(document, BinaryPart(memoryview(content)), raw)


def _raw_input(tensor: Any, size: int) -> dict[str, Any]:
    if tensor.HasField("contents"):
        raise RequestRefused(
            f"input {shown(tensor.name)}: contents beside raw_input_contents; expected one of them"
        )
    document = _head(tensor)
    document["parameters"]["binary_data_size"] = size
    return document


def _typed_input(tensor: Any) -> dict[str, Any]:
    document = _head(tensor)
    expected = CONTENTS.get(tensor.datatype)
    if tensor.datatype == "FP16":
        raise RequestRefused(
            f"input {shown(tensor.name)}: FP16 has no typed contents; use raw_input_contents"
        )
    for field, values in tensor.contents.ListFields():
        if field.name != expected:
            raise RequestRefused(
                f"input {shown(tensor.name)}: found {field.name};"
                f" datatype {shown(tensor.datatype)} has {expected or 'none'}"
            )
        document["data"] = (
            _texts(values, tensor.name) if expected == "bytes_contents" else [*values]
        )
    document.setdefault("data", [])
    return document


def _texts(values: Any, name: str) -> list[str]:
    try:
        return [str(value, "utf-8") for value in values]
    except UnicodeDecodeError:
        raise RequestRefused(f"input {shown(name)}: an element of BYTES is not UTF-8") from None


def _head(tensor: Any) -> dict[str, Any]:
    return {
        "name": tensor.name,
        "datatype": tensor.datatype,
        "shape": [*tensor.shape],
        "parameters": _parameters(tensor),
    }


def _parameters(item: Any) -> dict[str, Any]:
    if not item.parameters:
        return {}
    found = {}
    for name, value in item.parameters.items():
        choice = value.WhichOneof("parameter_choice")
        if choice is not None and name not in _OF_HTTP:
            found[name] = getattr(value, choice)
    return found
