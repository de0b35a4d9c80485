"""The messages of the protocol."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from modelserver.grpc import grpc_messages

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the client's own dependencies
    from tritonclient.grpc import service_pb2


def _fields(message: Any) -> dict[str, tuple[Any, ...]]:
    return {
        field.name: (
            field.number,
            field.type,
            field.is_repeated,
            field.has_presence,
            field.message_type and field.message_type.full_name,
            field.containing_oneof and field.containing_oneof.name,
        )
        for field in message.fields
    }


@pytest.mark.parametrize("name", grpc_messages._INFERENCE_MESSAGES)
def test_every_message_is_the_standard_s(name: str) -> None:
    """Names, numbers, types and presence are those of NVIDIA's generated messages."""
    theirs = service_pb2.DESCRIPTOR.pool.FindMessageTypeByName(f"inference.{name}")
    assert _fields(theirs) == _fields(grpc_messages._CLASSES[name].DESCRIPTOR)


def test_bytes_are_understood_by_generated_messages() -> None:
    """A request with a map, a choice and nested messages comes through both ways."""
    ours = grpc_messages.ModelInferRequest(model_name="m", id="7")
    ours.parameters["priority"].uint64_param = 2**63
    ours.inputs.add(name="x", datatype="BYTES", shape=[2]).contents.bytes_contents.extend([b"a"])
    theirs = service_pb2.ModelInferRequest.FromString(ours.SerializeToString())
    assert 2**63 == theirs.parameters["priority"].uint64_param
    back = grpc_messages.ModelInferRequest.FromString(theirs.SerializeToString())
    assert ours == back


def test_health_is_what_kubelets_send() -> None:
    """`service` is field 1 of the question, the status field 1 of the answer."""
    asked = grpc_messages.HealthCheckRequest.FromString(b"\x0a\x01x")
    assert "x" == asked.service
    assert b"\x08\x01" == grpc_messages.HealthCheckResponse(status=1).SerializeToString()
