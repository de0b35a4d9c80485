"""What goes back over gRPC? The wanted outputs in the form that the inputs had, or a status."""

from __future__ import annotations

from typing import Any

import grpc

from modelbundle.prediction import Prediction
from modelbundle.signature import PROBABILITIES_OUTPUT, Tensor
from modelserver.grpc.grpc_messages import ModelInferResponse
from modelserver.grpc.grpc_requests import CONTENTS
from modelserver.payloads.answers import ModelIdentity
from modelserver.payloads.binary_tensors import encoded_tensor
from modelserver.payloads.v2_requests import InferRequest

_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    404: grpc.StatusCode.NOT_FOUND,
    413: grpc.StatusCode.RESOURCE_EXHAUSTED,
    # As gRPC itself maps it (http-grpc-status-mapping.md). What is exhausted for good is 413.
    429: grpc.StatusCode.UNAVAILABLE,
    503: grpc.StatusCode.UNAVAILABLE,
}


def status_code(http_status: int) -> grpc.StatusCode:
    """The gRPC status of the outcome that HTTP answers with this status."""
    return _CODES.get(http_status, grpc.StatusCode.INTERNAL)


class Responses:
    """Answers of one model; `tensors`: the outputs it has."""

    def __init__(self, identity: ModelIdentity, tensors: tuple[Tensor, ...]) -> None:
        self._identity = identity
        self._datatypes = {tensor.name: tensor.datatype for tensor in tensors}

    def of(self, predicted: Prediction, asked: InferRequest, *, raw: bool) -> Any:
        """The ModelInferResponse, flat and row-major, as bytes if `raw`; it echoes the id."""
        response = ModelInferResponse(
            model_name=self._identity.name,
            model_version=self._identity.revision,
            id=asked.id or "",
        )
        for name in asked.wanted:
            values = predicted.values
            if name == PROBABILITIES_OUTPUT and predicted.probabilities is not None:
                values = predicted.probabilities
            datatype = self._datatypes[name]
            output = response.outputs.add(name=name, datatype=datatype, shape=values.shape)
            if raw:
                response.raw_output_contents.append(encoded_tensor(datatype, values.ravel()))
            else:
                flat = values.ravel().tolist()
                texts = datatype == "BYTES"
                data = [str(value).encode() for value in flat] if texts else flat
                getattr(output.contents, CONTENTS[datatype]).extend(data)
        return response
