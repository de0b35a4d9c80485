"""What does a V2 infer request ask? Its body in, checked rows out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import orjson

from modelbundle.rows import Rows, Texts, rows_of_columns
from modelbundle.signature import MATRIX_INPUT, Feature, Signature
from modelserver.payloads.binary_tensors import FLOAT_DTYPES, NO_BINARY, BinaryPart, json_bytes
from modelserver.payloads.cells import RowRules
from modelserver.payloads.familiar_matrices import FamiliarMatrices
from modelserver.payloads.refusals import RequestRefused, shown
from modelserver.payloads.usual_binary_columns import UsualBinaryColumns
from modelserver.payloads.usual_columns import UsualColumns
from modelserver.payloads.usual_matrix import UsualMatrix
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
        self._outputs = tuple(tensor.name for tensor in signature.outputs)
        self._matrix = UsualMatrix(len(self._names), max_rows)
        self._columns = UsualColumns(signature.features, max_rows)
        self._binary_columns = UsualBinaryColumns(signature.features, max_rows)
        self._matrices = FamiliarMatrices()
        self._no_texts = np.empty((1, 0), dtype=object)

    def decode(self, body: bytes | bytearray, json_size: bytes | None = None) -> InferRequest:
        """The request, checked; `json_size`: the header of binary tensors, if it was sent.

        Raises RequestRefused with a sentence.
        """
        if json_size is not None:
            return self._with_binary(body, json_bytes(json_size, body))
        matrix = self._matrix.sent(body) if self._rules.finite_is_enough else None
        if matrix is not None:
            rows = Rows(matrix.numbers, self._without_texts(len(matrix.numbers)))
            if matrix.rest:
                return self._asked(matrix.rest, rows)
            return InferRequest(rows, self._outputs)  # all there is, where nothing is chosen
        document = json_object(body)
        quick = _no_truths(body)
        columns = self._columns.sent(document.get("inputs")) if quick else None
        if columns is not None:
            return self._asked(document, columns)
        return self.request(document, NO_BINARY, quick=quick)

    def _with_binary(self, body: bytes | bytearray, size: int) -> InferRequest:
        if size == 0:
            return self._bytes_alone(body)
        text = body[:size]
        matrix = self._matrices.find(text)
        rows = None if matrix is None else matrix.rows(body, size)
        if matrix is not None and rows is not None:
            return InferRequest(rows, matrix.wanted, None, matrix.binary)
        document = json_object(text)
        columns = self._binary_columns.sent(document.get("inputs"), body, size)
        if columns is not None:
            return self._asked(document, columns)
        asked = self.request(document, BinaryPart(memoryview(body)[size:]))
        if self._rules.finite_is_enough:
            self._matrices.learn(text, document, asked.wanted, asked.binary)
        return asked

    def _bytes_alone(self, body: bytes | bytearray) -> InferRequest:
        """What Triton calls a raw binary request: no JSON, one tensor as the metadata has it."""
        if not self._signature.all_numeric:
            raise RequestRefused(
                "a body without JSON is one matrix of FP64; this model takes one input per feature"
            )
        width = len(self._names)
        count, rest = divmod(len(body), width * FLOAT_DTYPES["FP64"].itemsize)
        if rest:
            raise RequestRefused(
                f"{len(body)} bytes without JSON; expected rows of {width} numbers, FP64"
            )
        head = {"name": MATRIX_INPUT, "datatype": "FP64", "shape": [count, width]}
        rows = self._matrix_rows(SentTensor(head, memoryview(body), quick=False))
        return InferRequest(rows, self._outputs, None, frozenset(self._outputs))

    def _asked(self, document: dict[str, Any], rows: Rows) -> InferRequest:
        wanted, in_bytes = self._wanted(document)
        return InferRequest(rows, wanted, _id(document), in_bytes)

    def request(
        self, document: dict[str, Any], binary: BinaryPart, *, quick: bool = False
    ) -> InferRequest:
        """The request that a document in the shape of the JSON spells, checked, for any transport.

        `quick`: no value in it is true or false. Raises RequestRefused.
        """
        tensors = _tensors(document, binary, quick=quick)
        binary.check_end()
        only = tensors.get(MATRIX_INPUT) if len(tensors) == 1 else None
        if only is not None and self._signature.all_numeric:
            return self._asked(document, self._matrix_rows(only))
        rows = self._column_rows(tensors)
        self._rules.check(rows)
        return self._asked(document, rows)

    def _without_texts(self, count: int) -> Texts:
        return self._no_texts if count == 1 else np.empty((count, 0), dtype=object)

    def _matrix_rows(self, tensor: SentTensor) -> Rows:
        width = len(self._names)
        shape = tensor.shape()
        if len(shape) != 2 or shape[1] != width:
            raise RequestRefused(f"{tensor.where}: shape {shown(shape)}; expected [rows, {width}]")
        count = self._row_count(shape[0])
        numbers = tensor.finite_numbers(count * width)
        looked_at = numbers is not None and self._rules.finite_is_enough
        if numbers is None:
            numbers = tensor.numbers(shape)
        rows = Rows(numbers.reshape(count, width), self._without_texts(count))
        if not looked_at:
            self._rules.check(rows)
        return rows

    def _column_rows(self, tensors: dict[str, SentTensor]) -> Rows:
        self._check_names(tensors)
        columns = []
        count: int | None = None
        for feature in self._signature.features:
            tensor = tensors[feature.name]
            shape = tensor.shape()
            if len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] != 1):
                raise RequestRefused(
                    f"{tensor.where}: shape {shown(shape)}; expected [rows] or [rows, 1]"
                )
            if count is None:
                count = self._row_count(shape[0])
            if shape[0] != count:
                raise RequestRefused(
                    f"{tensor.where}: {shape[0]} rows; the inputs before it have {count}"
                )
            columns.append(_column(tensor, shape, feature))
        return rows_of_columns(columns, self._signature.features)

    def _check_names(self, tensors: dict[str, SentTensor]) -> None:
        if tensors.keys() == self._name_set:
            return
        accepted = f"one input per feature: {', '.join(self._names)}"
        if self._signature.all_numeric:
            accepted = f"one input named {MATRIX_INPUT!r}, or " + accepted
        for name in tensors:
            if name not in self._names:
                raise RequestRefused(f"unknown input {shown(name)}; this model takes {accepted}")
        for name in self._names:
            if name not in tensors:
                raise RequestRefused(f"input {name!r} is not there; this model takes {accepted}")

    def _row_count(self, count: int) -> int:
        if count < 1:
            raise RequestRefused(f"{count} rows; expected at least one")
        if count > self._max_rows:
            raise RequestRefused(f"{count} rows; at most {self._max_rows} in one request", 413)
        return count

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
            known = ", ".join(self._outputs)
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
        raise RequestRefused(f"the body is not JSON: {fault}") from None
    if not isinstance(document, dict):
        raise RequestRefused(f"the body is {shown(document)}; expected a JSON object")
    return document


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


def _tensors(document: dict[str, Any], binary: BinaryPart, *, quick: bool) -> dict[str, SentTensor]:
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
        tensors[name] = SentTensor(item, content, quick)
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


def _no_truths(body: bytes | bytearray) -> bool:
    """True when neither true nor false stands in the body.

    One letter is found many times faster than a word, and few requests have an r or an l.
    """
    return (b"r" not in body or b"true" not in body) and (b"l" not in body or b"false" not in body)


def _column(tensor: SentTensor, shape: list[int], feature: Feature) -> Any:
    return tensor.numbers(shape) if feature.numeric else tensor.texts(shape)
