"""Payloads that the protocol allows: every server has to answer them, and to answer the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from peers.payloads import (
    KSERVE,
    MLSERVER,
    VERSION,
    Model,
    Names,
    Payload,
    json_bytes,
)

_INTEGERS = ("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64")


def forms_of_data(iris: Model) -> Iterator[Payload]:
    """The same rows, written down in different ways."""
    rows, one = iris.rows, iris.rows[:1]
    yield iris.infer("one row, flat", {"inputs": [iris.matrix(one)]})
    yield iris.infer("every row, flat", {"inputs": [iris.matrix(rows)]})
    yield iris.infer("one row, nested", {"inputs": [iris.matrix(one, data=one.tolist())]})
    yield iris.infer("every row, nested", {"inputs": [iris.matrix(rows, data=rows.tolist())]})
    short = rows.astype(np.float32)
    yield iris.infer("FP32, flat", {"inputs": [iris.matrix(short, "FP32")]})
    yield iris.infer("FP32, nested", {"inputs": [iris.matrix(short, "FP32", data=short.tolist())]})
    yield iris.infer("FP16 as JSON numbers", {"inputs": [iris.matrix(np.rint(rows), "FP16")]})
    for datatype in _INTEGERS:
        whole = np.rint(rows).astype(np.int64)
        yield iris.infer(f"{datatype}, flat", {"inputs": [iris.matrix(whole, datatype)]})
    whole = np.rint(rows[:3]).astype(np.int64)
    yield iris.infer("whole numbers as FP64", {"inputs": [iris.matrix(whole, "FP64")]})
    truth = (rows[:3] > 3).astype(bool)
    yield iris.infer("BOOL where numbers are wanted", {"inputs": [iris.matrix(truth, "BOOL")]})
    text = b'{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP64","data":[%s]}]}'
    yield iris.infer("numbers with exponents", text % b"5.1e0, 35E-1, 1.4, 2e-1")
    yield iris.infer("tiny numbers and a negative zero", text % b"5e-324, -0.0, 1e-300, 0")
    yield iris.infer("seventeen digits", text % b"5.1000000000000001, 3.5, 1.4, 0.2")
    spaced = text.replace(b",", b" ,\r\n\t") % b"5.1,3.5,1.4,0.2"
    yield iris.infer("white space everywhere", spaced)
    fields = {"data": one.ravel().tolist(), "datatype": "FP64", "shape": [1, 4], "name": "input"}
    yield iris.infer("fields in another order", {"inputs": [fields]})


def ids_and_parameters(iris: Model) -> Iterator[Payload]:
    """What stands around the tensors."""
    inputs = [iris.matrix()]
    yield iris.infer("an id", {"id": "request-7", "inputs": inputs})
    yield iris.infer("an id in other letters", {"id": "запрос-七-🌳", "inputs": inputs})
    yield iris.infer("an id of a thousand letters", {"id": "x" * 1000, "inputs": inputs})
    yield iris.infer("an id behind the inputs", {"inputs": inputs, "id": "8"})
    yield iris.infer("no id", {"inputs": inputs})
    yield iris.infer("an id that is null", {"id": None, "inputs": inputs})
    yield iris.infer("unknown parameters", {"parameters": {"color": "blue"}, "inputs": inputs})
    yield iris.infer("no parameters in the object", {"parameters": {}, "inputs": inputs})
    yield iris.infer("parameters that are null", {"parameters": None, "inputs": inputs})
    of_input = {"scale": 2, "deep": True, "name": "x"}
    yield iris.infer(
        "unknown parameters of an input", {"inputs": [iris.matrix(parameters=of_input)]}
    )
    yield iris.infer("the model's name in the body", {"model_name": "iris", "inputs": inputs})
    yield iris.infer("an unknown field", {"inputs": inputs, "priority": 3})
    yield iris.infer("an unknown field of an input", {"inputs": [iris.matrix(unit="cm")]})
    for says, kind in (
        ("no content type", None),
        ("a content type with a charset", "application/json; charset=utf-8"),
        ("a content type in capitals", "Application/JSON"),
    ):
        payload = iris.infer(says, {"inputs": inputs})
        headers = {} if kind is None else {"content-type": kind}
        yield Payload(says=says, path=payload.path, body=payload.body, headers=headers)


def wanted_outputs(iris: Model) -> Iterator[Payload]:
    """Named outputs; each server has names of its own."""

    def naming(*wanted: str, **more: Any) -> Any:
        def body(names: Names) -> bytes:
            outputs = [{"name": getattr(names, want), **more} for want in wanted]
            return json_bytes({"inputs": [iris.matrix()], "outputs": outputs})

        return body

    yield iris.infer("no outputs named", {"inputs": [iris.matrix()], "outputs": []})
    yield iris.infer("outputs that are null", {"inputs": [iris.matrix()], "outputs": None})
    yield iris.infer("the predictions by name", naming("predictions"))
    extra = {"parameters": {"color": "blue"}}
    yield iris.infer("unknown parameters of an output", naming("predictions", **extra))
    several = naming("probabilities", "predictions")
    yield iris.infer("probabilities by name", naming("probabilities"), (MLSERVER,))
    yield iris.infer("probabilities, then predictions", several, (MLSERVER,))


def tensors_as_bytes(iris: Model) -> Iterator[Payload]:
    """The binary tensor extension, which of the peers KServe has."""
    rows = iris.rows[:5]
    for datatype, code in (
        ("FP64", "<f8"),
        ("FP32", "<f4"),
        ("FP16", "<f2"),
        ("INT64", "<i8"),
        ("INT32", "<i4"),
        ("INT8", "i1"),
        ("UINT16", "<u2"),
    ):
        body, headers = iris.binary(np.rint(rows).astype(code), datatype)
        yield iris.infer(f"{datatype} as bytes", body, (KSERVE,), headers)
    for says, more in (
        ("bytes wanted for every output", {"parameters": {"binary_data_output": True}}),
        ("no bytes wanted for any output", {"parameters": {"binary_data_output": False}}),
    ):
        document = {"inputs": [iris.matrix(rows)], **more}
        yield iris.infer(f"JSON in, {says}", document, (KSERVE,))
        body, headers = iris.binary(rows, "FP64", **more)
        yield iris.infer(f"bytes in, {says}", body, (KSERVE,), headers)

    def one(document: Mapping[str, Any], binary: bool) -> Any:
        def body(names: Names) -> bytes:
            parameters = {"parameters": {"binary_data": binary}}
            output = {"name": names.predictions, **parameters}
            return json_bytes({"inputs": [iris.matrix(rows)], "outputs": [output], **document})

        return body

    all_binary = {"parameters": {"binary_data_output": True}}
    yield iris.infer("bytes wanted for one output", one({}, True), (KSERVE,))
    yield iris.infer("an output that overrides the rest", one(all_binary, False), (KSERVE,))
    alone = json_bytes({"inputs": [iris.matrix(rows)]})
    headers = {"inference-header-content-length": str(len(alone))}
    yield iris.infer("the header, and no bytes", alone, (KSERVE,), headers)


def other_models(*models: Model) -> Iterator[Payload]:
    """Labels that are text, numbers, and labels of several targets that are true or false."""
    for model in models:
        for count in (1, 100):
            inputs = [model.matrix(model.rows[:count])]
            says = f"{model.name}, {count} row{'s' * (count > 1)}"
            yield model.infer(says, {"inputs": inputs, "id": "m"})
        binary = {"inputs": [model.matrix()], "parameters": {"binary_data_output": True}}
        yield model.infer(f"{model.name}, bytes out", binary, (KSERVE,))


def texts_of_targets(sizes: Model) -> Iterator[Payload]:
    """Labels of several targets that are text: KServe fails on them, its texts are one column."""
    for count in (1, 100):
        inputs = [sizes.matrix(sizes.rows[:count])]
        yield sizes.infer(f"texts of two targets, {count} rows", {"inputs": inputs}, (MLSERVER,))


def named_inputs(patients: Model, table: pd.DataFrame) -> Iterator[Payload]:
    """One tensor per feature, with text for categories."""
    kinds = {"size": "FP64", "age": "INT64", "smoker": "BOOL", "site": "BYTES"}

    def columns(part: pd.DataFrame, shape: tuple[int, ...]) -> list[dict[str, Any]]:
        casts = {"INT64": int, "BOOL": bool, "FP64": float, "BYTES": str}
        return [
            {
                "name": name,
                "shape": [len(part), *shape],
                "datatype": datatype,
                "data": [casts[datatype](value) for value in part[name]],
            }
            for name, datatype in kinds.items()
        ]

    # Both peers make a table of the inputs only where the request says so.
    table_wanted = {"parameters": {"content_type": "pd"}}
    complete = table[table.notna().all(axis=1)]
    for count in (1, 50):
        inputs = columns(complete[:count], ())
        says = f"one input per feature, {count} row{'s' * (count > 1)}"
        yield patients.infer(says, {"inputs": inputs, **table_wanted})
    yield patients.infer(
        "inputs in another order", {"inputs": columns(complete[:9], ())[::-1], **table_wanted}
    )
    yield patients.infer(
        "inputs of shape [rows, 1]", {"inputs": columns(complete[:9], (1,)), **table_wanted}
    )
    unknown = complete[:3].assign(site="the moon")
    yield patients.infer("a category nobody saw", {"inputs": columns(unknown, ()), **table_wanted})


def questions(iris: Model) -> Iterator[Payload]:
    """What is there, and is it ready?"""
    model = f"/v2/models/{iris.name}"
    for path in ("/v2/health/live", "/v2/health/ready", "/v2", "/v2/", model, f"{model}/ready"):
        yield Payload(says=f"GET {path}", method="GET", path=path)
    for path in (f"{model}/versions/{VERSION}", f"{model}/versions/{VERSION}/ready"):
        yield Payload(says=f"GET {path}", method="GET", path=path)
    versioned = f"{model}/versions/{VERSION}/infer"
    body = json_bytes({"inputs": [iris.matrix()]})
    yield Payload(says="infer by version", path=versioned, body=body)
    yield Payload(says="a query behind the path", method="GET", path="/v2/health/ready?verbose=1")


def v1(iris: Model) -> Iterator[Payload]:
    """The older protocol, which of the peers KServe has."""
    path = f"/v1/models/{iris.name}:predict"
    rows = iris.rows[:3].tolist()

    def predict(says: str, document: Any) -> Payload:
        headers = {"content-type": "application/json"}
        body = json_bytes(document)
        return Payload(says=says, path=path, body=body, headers=headers, peers=(KSERVE,))

    yield predict("V1, one row", {"instances": rows[:1]})
    yield predict("V1, every row", {"instances": iris.rows.tolist()})
    yield predict("V1, an unknown field", {"signature_name": "default", "instances": rows})
    yield predict("V1, rows under inputs", {"inputs": rows})
    yield Payload(
        says="V1, is the model ready?",
        method="GET",
        path=f"/v1/models/{iris.name}",
        peers=(KSERVE,),
    )
    yield Payload(says="V1, which models?", method="GET", path="/v1/models", peers=(KSERVE,))
    yield Payload(says="KServe, alive?", method="GET", path="/", peers=(KSERVE,))
