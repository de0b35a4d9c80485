"""From messages to the document that all transports share."""

from __future__ import annotations

from typing import Any

import pytest

from modelserver.grpc.grpc_messages import ModelInferRequest
from modelserver.grpc.grpc_requests import parsed, sent_request
from modelserver.payloads.refusals import RequestRefused


def _message(datatype: str, shape: list[int], field: str | None, values: list[Any]) -> Any:
    message = ModelInferRequest()
    tensor = message.inputs.add(name="x", datatype=datatype, shape=shape)
    if field is not None:
        getattr(tensor.contents, field).extend(values)
    return message


@pytest.mark.parametrize(
    ("datatype", "field", "values", "data"),
    [
        pytest.param("FP64", "fp64_contents", [1.5, -2.0], [1.5, -2.0], id="FP64"),
        pytest.param("FP32", "fp32_contents", [1.5, -2.0], [1.5, -2.0], id="FP32"),
        pytest.param("INT64", "int64_contents", [2**62, -1], [2**62, -1], id="INT64"),
        pytest.param("INT32", "int_contents", [7, -1], [7, -1], id="INT32"),
        pytest.param("INT16", "int_contents", [7, -1], [7, -1], id="INT16 in its 32 bits"),
        pytest.param("INT8", "int_contents", [7, -1], [7, -1], id="INT8 in its 32 bits"),
        pytest.param("UINT64", "uint64_contents", [2**63, 1], [2**63, 1], id="UINT64"),
        pytest.param("UINT32", "uint_contents", [7, 1], [7, 1], id="UINT32"),
        pytest.param("UINT8", "uint_contents", [7, 1], [7, 1], id="UINT8 in its 32 bits"),
        pytest.param("BOOL", "bool_contents", [True, False], [True, False], id="BOOL"),
        pytest.param("BYTES", "bytes_contents", [b"left", "ä".encode()], ["left", "ä"], id="BYTES"),
    ],
)
def test_typed_contents_become_data(
    datatype: str, field: str, values: list[Any], data: list[Any]
) -> None:
    """Each datatype stands in the field that the protocol gives it."""
    sent = sent_request(_message(datatype, [2], field, values))
    expected = {"name": "x", "datatype": datatype, "shape": [2], "parameters": {}, "data": data}
    assert ([expected], False) == (sent.document["inputs"], sent.raw)


def test_raw_contents_become_the_binary_part() -> None:
    """One after the other, each with its size; what HTTP calls a parameter is ours alone."""
    message = ModelInferRequest(raw_input_contents=[b"12345678", b"", b"abc"])
    for name in ("a", "b", "c"):
        tensor = message.inputs.add(name=name, datatype="UINT8", shape=[1])
        tensor.parameters["binary_data_size"].int64_param = 99
    sent = sent_request(message)
    sizes = [item["parameters"]["binary_data_size"] for item in sent.document["inputs"]]
    assert ([8, 0, 3], True) == (sizes, sent.raw)
    assert [b"12345678", b"", b"abc"] == [bytes(sent.binary.take(size, "x")) for size in sizes]


def test_id_outputs_and_parameters() -> None:
    """All that the JSON can say, in its shape; an empty id is none."""
    message = _message("FP64", [1], "fp64_contents", [1.0])
    message.outputs.add(name="labels").parameters["classification"].int64_param = 3
    message.parameters["timeout"].int64_param = 5
    message.parameters["ratio"].double_param = 0.5
    message.parameters["empty"].SetInParent()
    message.parameters["binary_data_output"].bool_param = True
    document = sent_request(message).document
    outputs = [{"name": "labels", "parameters": {"classification": 3}}]
    expected = (None, outputs, {"timeout": 5, "ratio": 0.5})
    assert expected == (document["id"], document["outputs"], document["parameters"])
    message.id = "7"
    assert "7" == sent_request(message).document["id"]


def _mixed() -> Any:
    message = _message("FP64", [1], "fp64_contents", [1.0])
    message.raw_input_contents.append(b"12345678")
    return message


def _too_many() -> Any:
    message = _message("FP64", [1], None, [])
    message.raw_input_contents.extend([b"12345678", b"12345678"])
    return message


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        pytest.param(
            _mixed(),
            "input 'x': contents beside raw_input_contents; expected one of them",
            id="typed and raw at once",
        ),
        pytest.param(
            _too_many(),
            "raw_input_contents has 2 tensors; inputs names 1",
            id="more raw tensors than names",
        ),
        pytest.param(
            _message("FP64", [1], "fp32_contents", [1.0]),
            "input 'x': found fp32_contents; datatype 'FP64' has fp64_contents",
            id="the field of another datatype",
        ),
        pytest.param(
            _message("FP99", [1], "fp32_contents", [1.0]),
            "input 'x': found fp32_contents; datatype 'FP99' has none",
            id="a datatype that is none",
        ),
        pytest.param(
            _message("FP16", [1], None, []),
            "input 'x': FP16 has no typed contents; use raw_input_contents",
            id="half floats without bytes",
        ),
        pytest.param(
            _message("BYTES", [1], "bytes_contents", [b"\xff"]),
            "input 'x': an element of BYTES is not UTF-8",
            id="text that is none",
        ),
    ],
)
def test_wrong_forms_are_refused(message: Any, sentence: str) -> None:
    """With the name of the input and what was expected."""
    with pytest.raises(RequestRefused) as caught:
        sent_request(message)
    assert (sentence, 400) == (str(caught.value), caught.value.status)


def test_bytes_that_are_no_message_are_refused() -> None:
    """As a sentence, not as an error of the library."""
    with pytest.raises(RequestRefused, match="not a ModelInferRequest of the protocol"):
        parsed(b"\xff\xff\xff", ModelInferRequest)
