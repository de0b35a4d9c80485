"""A real model server with its gRPC port, and messages to send to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import numpy as np
from free_port import free_port
from serving_process import MODEL, Running, running

from modelserver.grpc.grpc_messages import ModelInferRequest, ModelInferResponse

INFER = "/inference.GRPCInferenceService/ModelInfer"


@contextmanager
def grpc_running(environ: Mapping[str, str], errors: Path) -> Iterator[tuple[Running, str]]:
    """A server that is ready on both ports, and the address of the second."""
    port = free_port()
    with running({**environ, "TRAINYARD_GRPC_PORT": str(port)}, errors) as server:
        yield server, f"127.0.0.1:{port}"


def raw_request(rows: np.ndarray, **fields: Any) -> Any:
    """A request for these rows as one FP64 matrix of bytes."""
    message = ModelInferRequest(model_name=MODEL, **fields)
    message.inputs.add(name="input", datatype="FP64", shape=rows.shape)
    message.raw_input_contents.append(rows.astype("<f8").tobytes())
    return message


def typed_request(rows: np.ndarray, **fields: Any) -> Any:
    """A request for these rows as one FP64 matrix of numbers."""
    message = ModelInferRequest(model_name=MODEL, **fields)
    tensor = message.inputs.add(name="input", datatype="FP64", shape=rows.shape)
    tensor.contents.fp64_contents.extend(rows.ravel().tolist())
    return message


def infer_method(channel: Any) -> Any:
    """ModelInfer of a channel, with our own messages."""
    return channel.unary_unary(
        INFER,
        request_serializer=ModelInferRequest.SerializeToString,
        response_deserializer=ModelInferResponse.FromString,
    )


def status_of(call: Any) -> tuple[grpc.StatusCode, str]:
    """How a call that fails is told to its client."""
    try:
        call()
    except grpc.RpcError as fault:
        return fault.code(), fault.details()
    raise AssertionError("the call did not fail")
