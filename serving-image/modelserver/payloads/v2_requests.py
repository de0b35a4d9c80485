"""What does a V2 infer request ask? Its body in, checked rows out."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import orjson

from modelbundle.rows import Numbers, Rows
from modelbundle.signature import MATRIX_INPUT, Signature
from modelserver.payloads.binary_tensors import FP64_BYTES, NO_BINARY, BinaryPart, json_bytes
from modelserver.payloads.cells import RowRules
from modelserver.payloads.json_matrix import JsonMatrixReader
from modelserver.payloads.refusals import RequestRefused, listed, shown
from modelserver.payloads.v2_tensors import SentTensor

_NOT_SUPPORTED = ("classification", "shared_memory_region")
_MAX_ID = 1024
_NONE: frozenset[str] = frozenset()


class InferRequest(NamedTuple):
    """Rows that the model can take; which outputs are wanted, which as bytes, the id to echo."""

    rows: Rows
    wanted: tuple[str, ...]
    id: str | None = None
    binary: frozenset[str] = _NONE


class V2Decoder:
    """Requests for one model; what its signature says is prepared once."""

    def __init__(self, signature: Signature, max_rows: int) -> None:
        self._signature = signature
        self._max_rows = max_rows
        self._rules = RowRules(signature.features)
        self._names = tuple(feature.name for feature in signature.features)
        self._name_set = frozenset(self._names)
        self._numeric = tuple(feature.name for feature in signature.features if feature.numeric)
        self._texts = tuple(feature.name for feature in signature.features if not feature.numeric)
        self._outputs = tuple(tensor.name for tensor in signature.outputs)
        self._matrix = JsonMatrixReader(len(self._names), max_rows)

    def decode(self, body: bytes | bytearray, json_size: bytes | None = None) -> InferRequest:
        """The request, checked; `json_size`: the header of binary tensors, if it was sent.

        Raises RequestRefused with a sentence.
        """
        if json_size is not None:
            return self._with_binary(body, json_bytes(json_size, body))
        matrix = self._matrix.read(body) if self._rules.finite_is_enough else None
        if matrix is not None:
            return self._asked(matrix.rest, _without_texts(matrix.numbers))
        return self.request(json_object(body), NO_BINARY)

    def _with_binary(self, body: bytes | bytearray, size: int) -> InferRequest:
        if size == 0:
            return self._bytes_alone(body)
        return self.request(json_object(body[:size]), BinaryPart(memoryview(body)[size:]))

    def _bytes_alone(self, body: bytes | bytearray) -> InferRequest:
        """What Triton calls a raw binary request: no JSON, one tensor as the metadata has it."""
        if not self._signature.all_numeric:
            raise RequestRefused(
                "a body without JSON is one matrix of FP64; this model takes one input per feature"
            )
        width = len(self._names)
        count, rest = divmod(len(body), width * FP64_BYTES)
        if rest:
            raise RequestRefused(
                f"{len(body)} bytes without JSON; expected rows of {width} numbers, FP64"
            )
        head = {"name": MATRIX_INPUT, "datatype": "FP64", "shape": [count, width]}
        rows = self._matrix_rows(SentTensor(head, memoryview(body)))
        self._rules.check(rows)
        return InferRequest(rows, self._outputs, None, frozenset(self._outputs))

    def _asked(self, document: dict[str, Any], rows: Rows) -> InferRequest:
        wanted, in_bytes = self._wanted(document)
        return InferRequest(rows, wanted, _id(document), in_bytes)

    def request(self, document: dict[str, Any], binary: BinaryPart) -> InferRequest:
        """The request that a document in the shape of the JSON spells, checked, for any transport.

        Raises RequestRefused.
        """
        tensors = _tensors(document, binary)
        binary.check_end()
        if [*tensors] == [MATRIX_INPUT] and self._signature.all_numeric:
            rows = self._matrix_rows(tensors[MATRIX_INPUT])
        else:
            rows = self._column_rows(tensors)
        self._rules.check(rows)
        return self._asked(document, rows)

    def _matrix_rows(self, tensor: SentTensor) -> Rows:
        width = len(self._names)
        shape = tensor.shape()
        if len(shape) != 2 or shape[1] != width:
            raise RequestRefused(f"{tensor.where}: shape {shown(shape)}; expected [rows, {width}]")
        self._check_count(shape[0])
        return _without_texts(tensor.numbers(shape).reshape(shape))

    def _column_rows(self, tensors: dict[str, SentTensor]) -> Rows:
        self._check_names(tensors)
        count = _column_shape(tensors[self._names[0]])[0]
        self._check_count(count)
        numbers = np.empty((count, len(self._numeric)))
        for position, name in enumerate(self._numeric):
            numbers[:, position] = tensors[name].numbers(_column_shape(tensors[name], count))
        texts = np.empty((count, len(self._texts)), dtype=object)
        for position, name in enumerate(self._texts):
            texts[:, position] = tensors[name].texts(_column_shape(tensors[name], count))
        return Rows(numbers, texts)

    def _check_names(self, tensors: dict[str, SentTensor]) -> None:
        if tensors.keys() == self._name_set:
            return
        accepted = f"one input per feature: {listed(self._names)}"
        if self._signature.all_numeric:
            accepted = f"one input named {MATRIX_INPUT!r}, or " + accepted
        for name in tensors:
            if name not in self._names:
                raise RequestRefused(f"unknown input {shown(name)}; this model takes {accepted}")
        for name in self._names:
            if name not in tensors:
                raise RequestRefused(f"input {name!r} is not there; this model takes {accepted}")

    def _check_count(self, count: int) -> None:
        if count < 1:
            raise RequestRefused(f"{count} rows; expected at least one")
        if count > self._max_rows:
            raise RequestRefused(f"{count} rows; at most {self._max_rows} in one request", 413)

    def _wanted(self, document: dict[str, Any]) -> tuple[tuple[str, ...], frozenset[str]]:
        """Names of the wanted outputs, and of those that are wanted as bytes."""
        all_binary = _parameters(document, "the request").get("binary_data_output") is True
        outputs = document.get("outputs")
        if outputs is None or outputs == []:
            return self._outputs, frozenset(self._outputs) if all_binary else _NONE
        if not isinstance(outputs, list):
            raise RequestRefused("outputs: expected a list of objects with a name")
        chosen = {}
        for item in outputs:
            name, binary = self._output(item)
            chosen[name] = all_binary if binary is None else binary
        return tuple(chosen), frozenset(name for name, binary in chosen.items() if binary)

    def _output(self, item: Any) -> tuple[str, bool | None]:
        name = item.get("name") if isinstance(item, dict) else None
        if name not in self._outputs:
            known = listed(self._outputs)
            raise RequestRefused(f"outputs: {shown(name or item)}; this model has {known}")
        binary = _parameters(item, f"output {name}").get("binary_data")
        return name, None if binary is None else binary is True


def decode_v2(
    body: bytes, signature: Signature, max_rows: int, json_size: bytes | None = None
) -> InferRequest:
    """One request for a model that is asked once. Raises RequestRefused."""
    return V2Decoder(signature, max_rows).decode(body, json_size)


def json_object(body: bytes | bytearray | memoryview) -> dict[str, Any]:
    """The JSON object that the body spells. Raises RequestRefused."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise RequestRefused(f"the body is not JSON: {fault}{_hint(body)}") from None
    if not isinstance(document, dict):
        raise RequestRefused(f"the body is {shown(document)}; expected a JSON object")
    return document


def _hint(body: bytes | bytearray | memoryview) -> str:
    """For what Python's json writes, and no standard knows."""
    words = re.search(rb"[\[,:]\s*(NaN|-?Infinity)", body)
    return "; JSON has no NaN and no Infinity: send null for a missing value" if words else ""


def _id(document: dict[str, Any]) -> str | None:
    request_id = document.get("id")
    if request_id is None or (isinstance(request_id, str) and len(request_id) <= _MAX_ID):
        return request_id
    raise RequestRefused(f"id: expected text of at most {_MAX_ID} characters")


def _parameters(item: dict[str, Any], where: str) -> dict[str, Any]:
    parameters = item.get("parameters")
    if parameters is None:
        return {}
    if not isinstance(parameters, dict):
        raise RequestRefused(f"{where}: parameters: expected an object")
    for name in _NOT_SUPPORTED:
        if parameters.get(name):
            raise RequestRefused(f"{where}: parameter {name} is not supported")
    return parameters


def _tensors(document: dict[str, Any], binary: BinaryPart) -> dict[str, SentTensor]:
    inputs = document.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise RequestRefused("inputs: expected a list of tensors")
    tensors: dict[str, SentTensor] = {}
    for item in inputs:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise RequestRefused("inputs: expected objects with name, datatype, shape and data")
        name = item["name"]
        if name in tensors:
            raise RequestRefused(f"inputs: {shown(name)} is there twice")
        content = _content(item, binary) if "parameters" in item else None
        tensors[name] = SentTensor(item, content)
    return tensors


def _content(item: dict[str, Any], binary: BinaryPart) -> memoryview | None:
    """The bytes of a tensor whose parameters announce them."""
    where = f"input {shown(item['name'])}"
    size = _parameters(item, where).get("binary_data_size")
    if size is None:
        return None
    content = binary.take(size, where)
    if "data" in item:
        raise RequestRefused(f"{where}: data and binary_data_size; expected one")
    return content


def _without_texts(numbers: Numbers) -> Rows:
    return Rows(numbers, np.empty((len(numbers), 0), dtype=object))


def _column_shape(tensor: SentTensor, count: int | None = None) -> list[int]:
    """The shape of a tensor of one column, with `count` rows if given. Raises RequestRefused."""
    shape = tensor.shape()
    if len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] != 1):
        raise RequestRefused(f"{tensor.where}: shape {shown(shape)}; expected [rows] or [rows, 1]")
    if count is not None and shape[0] != count:
        raise RequestRefused(f"{tensor.where}: {shape[0]} rows; the inputs before it have {count}")
    return shape
