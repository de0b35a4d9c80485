"""Predictions as messages, outcomes as statuses."""

from __future__ import annotations

import grpc
import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Tensor
from modelserver.grpc.grpc_answers import Responses, status_code
from modelserver.payloads.answers import ModelIdentity
from modelserver.payloads.v2_requests import InferRequest

IDENTITY = ModelIdentity("patients", "patients-1", "sha256:" + "a" * 64)
SHARES = np.array([[0.25, 0.75], [1.0, 0.0]])


def _asked(*wanted: str) -> InferRequest:
    return InferRequest(Rows(np.zeros((2, 1)), np.empty((2, 0), dtype=object)), wanted, "7")


def _responses(datatype: str) -> Responses:
    tensors = (Tensor("labels", datatype, (-1,)), Tensor("probabilities", "FP64", (-1, 2)))
    return Responses(IDENTITY, tensors)


@pytest.mark.parametrize(
    ("datatype", "labels", "raw", "field", "typed"),
    [
        pytest.param(
            "BYTES",
            np.array(["no", "ä"], dtype=object),
            b"\x02\x00\x00\x00no\x02\x00\x00\x00\xc3\xa4",
            "bytes_contents",
            [b"no", "ä".encode()],
            id="labels of text",
        ),
        pytest.param(
            "INT64",
            np.array([1, -1]),
            b"\x01" + b"\x00" * 7 + b"\xff" * 8,
            "int64_contents",
            [1, -1],
            id="labels of integers",
        ),
        pytest.param(
            "BOOL",
            np.array([True, False]),
            b"\x01\x00",
            "bool_contents",
            [True, False],
            id="labels of booleans",
        ),
    ],
)
def test_outputs_have_the_form_of_the_inputs(
    datatype: str, labels: np.ndarray, raw: bytes, field: str, typed: list[object]
) -> None:
    """Bytes for bytes, values for values; names, shapes and the id in both."""
    predicted, asked = Prediction(labels, SHARES), _asked("probabilities", "labels")
    in_bytes = _responses(datatype).of(predicted, asked, raw=True)
    in_values = _responses(datatype).of(predicted, asked, raw=False)
    assert [SHARES.tobytes(), raw] == list(in_bytes.raw_output_contents)
    probabilities, found = in_values.outputs
    assert SHARES.ravel().tolist() == list(probabilities.contents.fp64_contents)
    assert typed == list(getattr(found.contents, field))
    assert [] == list(in_values.raw_output_contents)
    for response in (in_bytes, in_values):
        head = (response.model_name, response.model_version, response.id)
        assert ("patients", "patients-1", "7") == head
        described = [(item.name, item.datatype, list(item.shape)) for item in response.outputs]
        assert [("probabilities", "FP64", [2, 2]), ("labels", datatype, [2])] == described


@pytest.mark.parametrize(
    ("http_status", "code"),
    [
        pytest.param(400, grpc.StatusCode.INVALID_ARGUMENT, id="a wrong request"),
        pytest.param(404, grpc.StatusCode.NOT_FOUND, id="another model"),
        pytest.param(413, grpc.StatusCode.RESOURCE_EXHAUSTED, id="too many rows"),
        pytest.param(429, grpc.StatusCode.UNAVAILABLE, id="too many at once"),
        pytest.param(500, grpc.StatusCode.INTERNAL, id="a failing model"),
        pytest.param(503, grpc.StatusCode.UNAVAILABLE, id="no memory for its body"),
        pytest.param(418, grpc.StatusCode.INTERNAL, id="what nobody thought of"),
    ],
)
def test_statuses_are_those_of_the_same_outcome(http_status: int, code: grpc.StatusCode) -> None:
    """What clients retry over HTTP they retry over gRPC."""
    assert code == status_code(http_status)
