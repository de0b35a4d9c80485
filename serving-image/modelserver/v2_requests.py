"""What does a V2 infer request ask? JSON bytes in, checked rows out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from modelbundle.rows import Rows, rows_of_columns
from modelbundle.signature import MATRIX_INPUT, Feature, Signature
from modelserver.cells import (
    BOOLEANS,
    NUMBERS,
    TEXTS,
    WHOLE_NUMBERS,
    as_numbers,
    as_texts,
    check_rows,
    check_types,
)
from modelserver.refusals import RequestRefused, shown

_INTEGER_SPANS = {
    f"{sign}INT{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if not sign else (0, 2**bits - 1)
    for sign in ("", "U")
    for bits in (8, 16, 32, 64)
}
_FLOATS = ("FP16", "FP32", "FP64")
_DATATYPES = ("BOOL", *_INTEGER_SPANS, *_FLOATS, "BYTES")
_BINARY = ("binary_data", "binary_data_size", "binary_data_output", "classification")
_MAX_ID = 1024


@dataclass(frozen=True, slots=True, eq=False)
class InferRequest:
    """Rows that the model can take, which outputs are wanted, and the id to echo."""

    rows: Rows
    wanted: tuple[str, ...]
    id: str | None


def decode_v2(body: bytes, signature: Signature, max_rows: int) -> InferRequest:
    """The request, checked against the signature. Raises RequestRefused with a sentence."""
    document = json_object(body)
    request_id = document.get("id")
    if request_id is not None and (not isinstance(request_id, str) or len(request_id) > _MAX_ID):
        raise RequestRefused(f"id: expected text of at most {_MAX_ID} characters")
    _check_parameters(document, "the request")
    tensors = _tensors(document)
    wanted = _wanted(document, signature)
    if signature.all_numeric and set(tensors) == {MATRIX_INPUT}:
        rows = _matrix_rows(tensors[MATRIX_INPUT], signature, max_rows)
    else:
        rows = _column_rows(tensors, signature, max_rows)
    check_rows(rows, signature.features)
    return InferRequest(rows, wanted, request_id)


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object that the body spells. Raises RequestRefused."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise RequestRefused(f"the body is not JSON: {fault}") from None
    if not isinstance(document, dict):
        raise RequestRefused(f"the body is {shown(document)}; expected a JSON object")
    return document


def _check_parameters(item: dict[str, Any], where: str) -> None:
    parameters = item.get("parameters")
    if parameters is None:
        return
    if not isinstance(parameters, dict):
        raise RequestRefused(f"{where}: parameters: expected an object")
    for name in _BINARY:
        if parameters.get(name):
            raise RequestRefused(f"{where}: parameter {name} is not supported; use JSON data")


def _tensors(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    inputs = document.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise RequestRefused("inputs: expected a list of tensors")
    tensors: dict[str, dict[str, Any]] = {}
    for item in inputs:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise RequestRefused("inputs: expected objects with name, datatype, shape and data")
        if item["name"] in tensors:
            raise RequestRefused(f"inputs: {shown(item['name'])} is there twice")
        _check_parameters(item, f"input {shown(item['name'])}")
        tensors[item["name"]] = item
    return tensors


def _wanted(document: dict[str, Any], signature: Signature) -> tuple[str, ...]:
    known = tuple(tensor.name for tensor in signature.outputs)
    outputs = document.get("outputs")
    if outputs is None or outputs == []:
        return known
    if not isinstance(outputs, list):
        raise RequestRefused("outputs: expected a list of objects with a name")
    wanted = []
    for item in outputs:
        name = item.get("name") if isinstance(item, dict) else None
        if name not in known:
            raise RequestRefused(
                f"outputs: {shown(name or item)}; this model has {', '.join(known)}"
            )
        _check_parameters(item, f"output {name}")
        wanted.append(name)
    return tuple(dict.fromkeys(wanted))


def _matrix_rows(tensor: dict[str, Any], signature: Signature, max_rows: int) -> Rows:
    width = len(signature.features)
    shape = _shape(tensor)
    if len(shape) != 2 or shape[1] != width:
        raise RequestRefused(f"input {MATRIX_INPUT!r}: shape {shape}; expected [rows, {width}]")
    count = _row_count(shape[0], max_rows)
    numbers = _numbers(tensor, _flat(tensor, shape)).reshape(count, width)
    return Rows(numbers, np.empty((count, 0), dtype=object))


def _column_rows(tensors: dict[str, dict[str, Any]], signature: Signature, max_rows: int) -> Rows:
    _check_names(tensors, signature)
    columns = []
    count: int | None = None
    for feature in signature.features:
        tensor = tensors[feature.name]
        shape = _shape(tensor)
        if len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] != 1):
            raise RequestRefused(
                f"input {feature.name!r}: shape {shape}; expected [rows] or [rows, 1]"
            )
        if count is None:
            count = _row_count(shape[0], max_rows)
        if shape[0] != count:
            raise RequestRefused(
                f"input {feature.name!r}: {shape[0]} rows; the inputs before it have {count}"
            )
        columns.append(_column(tensor, _flat(tensor, shape), feature))
    return rows_of_columns(columns, signature.features)


def _check_names(tensors: dict[str, dict[str, Any]], signature: Signature) -> None:
    names = [feature.name for feature in signature.features]
    accepted = f"one input per feature: {', '.join(names)}"
    if signature.all_numeric:
        accepted = f"one input named {MATRIX_INPUT!r}, or " + accepted
    for name in tensors:
        if name not in names:
            raise RequestRefused(f"unknown input {shown(name)}; this model takes {accepted}")
    for name in names:
        if name not in tensors:
            raise RequestRefused(f"input {name!r} is not there; this model takes {accepted}")


def _shape(tensor: dict[str, Any]) -> list[int]:
    shape = tensor.get("shape")
    if not isinstance(shape, list) or not shape or any(type(size) is not int for size in shape):
        raise RequestRefused(
            f"input {shown(tensor['name'])}: shape {shown(shape)}; expected a list of integers"
        )
    return shape


def _row_count(count: int, max_rows: int) -> int:
    if count < 1:
        raise RequestRefused(f"{count} rows; expected at least one")
    if count > max_rows:
        raise RequestRefused(f"{count} rows; at most {max_rows} in one request", status=413)
    return count


def _flat(tensor: dict[str, Any], shape: list[int]) -> list[Any]:
    """Row-major values of flat or nested data. Raises RequestRefused when they do not fit."""
    name = shown(tensor["name"])
    data = tensor.get("data")
    if not isinstance(data, list):
        raise RequestRefused(f"input {name}: data: expected a list")
    if len(shape) == 2 and data and isinstance(data[0], list):
        if len(data) != shape[0] or any(
            not isinstance(row, list) or len(row) != shape[1] for row in data
        ):
            raise RequestRefused(f"input {name}: nested data does not have the shape {shape}")
        data = [value for row in data for value in row]
    if len(data) != math.prod(shape):
        raise RequestRefused(f"input {name}: {len(data)} values do not have the shape {shape}")
    return data


def _column(tensor: dict[str, Any], data: list[Any], feature: Feature) -> npt.NDArray[Any]:
    if feature.numeric:
        return _numbers(tensor, data)
    where = f"input {feature.name!r}"
    if tensor.get("datatype") != "BYTES":
        found = shown(tensor.get("datatype"))
        raise RequestRefused(f"{where}: datatype {found}; a category is sent as BYTES")
    check_types(data, TEXTS, where, "text or null")
    return as_texts(data)


def _numbers(tensor: dict[str, Any], data: list[Any]) -> npt.NDArray[np.float64]:
    where = f"input {tensor['name']!r}"
    datatype = tensor.get("datatype")
    if datatype in _FLOATS:
        check_types(data, NUMBERS, where, f"numbers or null, as {datatype} says")
    elif datatype == "BOOL":
        check_types(data, BOOLEANS, where, "true, false or null, as BOOL says")
    elif datatype in _INTEGER_SPANS:
        check_types(data, WHOLE_NUMBERS, where, f"whole numbers or null, as {datatype} says")
        low, high = _INTEGER_SPANS[datatype]
        if any(value is not None and not low <= value <= high for value in data):
            raise RequestRefused(f"{where}: a value is outside of {datatype}")
    elif datatype == "BYTES":
        raise RequestRefused(f"{where}: datatype BYTES; this model takes numbers here, e.g. FP64")
    else:
        raise RequestRefused(
            f"{where}: datatype {shown(datatype)}; expected one of {', '.join(_DATATYPES)}"
        )
    return as_numbers(data, where)
