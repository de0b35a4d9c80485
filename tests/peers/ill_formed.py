"""Payloads that cannot be answered with a prediction: how does each server say so?"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
from peers.payloads import JSON_SIZE, KSERVE, LEAVE_OUT, Model, Payload, json_bytes

_ONE = [5.1, 3.5, 1.4, 0.2]


def wrong_shapes(iris: Model) -> Iterator[Payload]:
    """Shapes that do not fit the data, or the model."""
    rows = iris.rows[:3]
    for says, tensor in {
        "a shape of more values than there are": iris.matrix(rows, shape=[4, 4]),
        "a shape of fewer values than there are": iris.matrix(rows, shape=[2, 4]),
        "a feature too few": iris.matrix(rows[:, :3]),
        "a feature too many": iris.matrix(np.hstack((rows, rows[:, :1]))),
        "a shape of rank 1": iris.matrix(rows[0]),
        "a shape of rank 3": iris.matrix(rows.reshape(1, 3, 4)),
        "an empty shape": iris.matrix(rows, shape=[]),
        "a negative size": iris.matrix(rows, shape=[-1, 4]),
        "a shape that is text": iris.matrix(rows, shape="3x4"),
        "sizes that are text": iris.matrix(rows, shape=["3", "4"]),
        "sizes with fractions": iris.matrix(rows, shape=[1.5, 4]),
        "a size beyond 64 bits": iris.matrix(rows, shape=[2**70, 4]),
        "a shape that is null": iris.matrix(rows, shape=None),
        "no shape": iris.matrix(rows, shape=LEAVE_OUT),
        "no rows": iris.matrix(rows[:0]),
        "nested rows of different lengths": iris.matrix(
            rows[:2], data=[[5.1, 3.5, 1.4], [0.2, 5, 3, 1, 0]]
        ),
    }.items():
        yield iris.infer(says, {"inputs": [tensor]})


def wrong_types(iris: Model) -> Iterator[Payload]:
    """Datatypes nobody knows, and values that are not of theirs."""
    for says, tensor in {
        "an unknown datatype": iris.matrix(datatype="FLOAT"),
        "a datatype that is a number": iris.matrix(datatype=64),
        "no datatype": iris.matrix(datatype=LEAVE_OUT),
        "text as BYTES where numbers are wanted": iris.matrix([["a", "b", "c", "d"]], "BYTES"),
        "text in FP64": iris.matrix([_ONE], data=["a", "b", "c", "d"]),
        "numbers as text in FP64": iris.matrix([_ONE], data=["5.1", "3.5", "1.4", "0.2"]),
        "truth in FP64": iris.matrix([_ONE], data=[True, 3.5, 1.4, 0.2]),
        "fractions in INT64": iris.matrix([_ONE], "INT64"),
        "300 in INT8": iris.matrix([[300, 3, 1, 0]], "INT8"),
        "-1 in UINT8": iris.matrix([[-1, 3, 1, 0]], "UINT8"),
        "2 to the 70 in INT64": iris.matrix([_ONE], "INT64", data=[2**70, 3, 1, 0]),
        "a value that is null": iris.matrix([_ONE], data=[None, 3.5, 1.4, 0.2]),
        "an object among the data": iris.matrix([_ONE], data=[{}, 3.5, 1.4, 0.2]),
    }.items():
        yield iris.infer(says, {"inputs": [tensor]})
    text = b'{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP64","data":[%s,3.5,1.4,0.2]}]}'
    for says, value in {
        "NaN as Python writes it": b"NaN",
        "Infinity as Python writes it": b"Infinity",
        "a number beyond FP64": b"1e999",
        "a whole number of 400 digits": b"1" + b"0" * 400,
        "the largest number of FP64": b"1.7976931348623157e308",
    }.items():
        yield iris.infer(says, text % value)


def missing_parts(iris: Model) -> Iterator[Payload]:
    """What the protocol requires is not there, or is something else."""
    documents: dict[str, dict[str, Any]] = {
        "no inputs field": {"id": "7"},
        "inputs that are empty": {"inputs": []},
        "inputs that are null": {"inputs": None},
        "inputs that are an object": {"inputs": {"input": [_ONE]}},
        "an input that is a list": {"inputs": [_ONE]},
        "no data": {"inputs": [iris.matrix(data=LEAVE_OUT)]},
        "data that is null": {"inputs": [iris.matrix(data=None)]},
        "data that is text": {"inputs": [iris.matrix(data="5.1,3.5")]},
        "data that is an object": {"inputs": [iris.matrix(data={"0": 1})]},
        "no name": {"inputs": [iris.matrix(name=LEAVE_OUT)]},
        "an id that is a number": {"id": 7, "inputs": [iris.matrix()]},
        "an id that is an object": {"id": {}, "inputs": [iris.matrix()]},
        "parameters that are a list": {"parameters": [1], "inputs": [iris.matrix()]},
        "outputs that are an object": {"inputs": [iris.matrix()], "outputs": {"name": "x"}},
        "an output without a name": {"inputs": [iris.matrix()], "outputs": [{}]},
        "an unknown output": {"inputs": [iris.matrix()], "outputs": [{"name": "nothing"}]},
        "an input under another name": {"inputs": [iris.matrix(name="other")]},
        "two inputs where one is wanted": {"inputs": [iris.matrix(), iris.matrix(name="other")]},
        "the same input twice": {"inputs": [iris.matrix(), iris.matrix()]},
    }
    for says, document in documents.items():
        yield iris.infer(says, document)


def wrong_bodies(iris: Model) -> Iterator[Payload]:
    """Bytes that are no request."""
    whole = json_bytes({"inputs": [iris.matrix()]})
    for says, body in {
        "an empty body": b"",
        "no JSON at all": b"5.1,3.5,1.4,0.2",
        "a JSON list": b"[1, 2, 3]",
        "a JSON text": b'"inputs"',
        "a JSON null": b"null",
        "JSON that ends too early": whole[:-10],
        "JSON with something behind it": whole + b"}",
        "JSON with a comma too many": whole[:-2] + b",]}",
        "bytes that are not UTF-8": whole.replace(b'"input"', b'"\xff\xfe"'),
        "JSON in UTF-16": whole.decode().encode("utf-16"),
        "lists in lists, ten thousand deep": b'{"inputs":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    }.items():
        yield iris.infer(says, body)


def wrong_binary(iris: Model) -> Iterator[Payload]:
    """Bytes behind the JSON that do not fit."""
    rows = iris.rows[:2]
    body, headers = iris.binary(rows, "FP64")
    json_size = int(headers["inference-header-content-length"])
    for says, (content, changed) in {
        "fewer bytes than announced": (body[:-8], headers),
        "more bytes than announced": (body + b"\0" * 8, headers),
        "bytes for another shape": iris.binary(rows[:, :3], "FP64"),
        "a JSON size beyond the body": (body, _sized(headers, len(body) + 1)),
        "a JSON size that cuts the JSON": (body, _sized(headers, json_size - 1)),
        "a JSON size that is no number": (body, {**headers, JSON_SIZE: "many"}),
        "a JSON size below zero": (body, _sized(headers, -1)),
        "bytes without the header": (body, {}),
    }.items():
        yield iris.infer(says, content, (KSERVE,), changed)
    raw = {**headers, JSON_SIZE: "0"}
    yield iris.infer("bytes without any JSON", rows.tobytes(), (KSERVE,), raw)
    both = iris.matrix(rows, parameters={"binary_data_size": 8 * rows.size})
    head = json_bytes({"inputs": [both]})
    headers = _sized(headers, len(head))
    yield iris.infer("data and bytes for one input", head + rows.tobytes(), (KSERVE,), headers)
    size: dict[str, Any] = {"binary_data_size": "64"}
    text = json_bytes({"inputs": [iris.matrix(rows, data=LEAVE_OUT, parameters=size)]})
    headers = _sized(headers, len(text))
    yield iris.infer("a size of bytes that is text", text + rows.tobytes(), (KSERVE,), headers)


def _sized(headers: dict[str, str], size: int) -> dict[str, str]:
    return {**copy.copy(headers), JSON_SIZE: str(size)}


def wrong_addresses(iris: Model) -> Iterator[Payload]:
    """Nothing is there, or it takes another method."""
    body = json_bytes({"inputs": [iris.matrix()]})
    model = f"/v2/models/{iris.name}"
    kind = {"content-type": "application/json"}
    for says, method, path in (
        ("infer of a model that is not there", "POST", "/v2/models/nobody/infer"),
        ("infer of a version that is not there", "POST", f"{model}/versions/v0/infer"),
        ("GET of infer", "GET", f"{model}/infer"),
        ("PUT of infer", "PUT", f"{model}/infer"),
        ("DELETE of infer", "DELETE", f"{model}/infer"),
        ("POST of the model's metadata", "POST", model),
        ("POST of readiness", "POST", "/v2/health/ready"),
        ("metadata of a model that is not there", "GET", "/v2/models/nobody"),
        ("metadata of a version that is not there", "GET", f"{model}/versions/v0"),
        ("readiness of a model that is not there", "GET", "/v2/models/nobody/ready"),
        ("readiness of a version that is not there", "GET", f"{model}/versions/v0/ready"),
        ("an address that is not there", "GET", "/v3"),
        ("an address below infer", "POST", f"{model}/infer/more"),
        ("a model's name in capitals", "POST", f"/v2/models/{iris.name.upper()}/infer"),
        ("HEAD of readiness", "HEAD", "/v2/health/ready"),
        ("HEAD of the model's metadata", "HEAD", model),
    ):
        content = body if method in ("POST", "PUT") else b""
        yield Payload(says=says, method=method, path=path, body=content, headers=kind)


def wrong_v1(iris: Model) -> Iterator[Payload]:
    """The older protocol."""
    path = f"/v1/models/{iris.name}:predict"
    kind = {"content-type": "application/json"}
    for says, document in {
        "V1, no instances": {"id": "7"},
        "V1, instances that are empty": {"instances": []},
        "V1, instances that are null": {"instances": None},
        "V1, instances that are text": {"instances": "5.1"},
        "V1, a feature too few": {"instances": [_ONE[:3]]},
        "V1, rows of different lengths": {"instances": [_ONE, _ONE[:3]]},
        "V1, text among the values": {"instances": [["a", 3.5, 1.4, 0.2]]},
        "V1, null among the values": {"instances": [[None, 3.5, 1.4, 0.2]]},
        "V1, a JSON list": [_ONE],
    }.items():
        body = json_bytes(document)
        yield Payload(says=says, path=path, body=body, headers=kind, peers=(KSERVE,))
    yield Payload(says="V1, no JSON", path=path, body=b"{", headers=kind, peers=(KSERVE,))
    other = "/v1/models/nobody:predict"
    body = json_bytes({"instances": [_ONE]})
    says = "V1, a model that is not there"
    yield Payload(says=says, path=other, body=body, headers=kind, peers=(KSERVE,))
    yield Payload(says="V1, GET of predict", method="GET", path=path, peers=(KSERVE,))
