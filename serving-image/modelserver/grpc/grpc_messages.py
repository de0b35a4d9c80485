"""Which messages does gRPC carry? The Open Inference Protocol's, and those of gRPC's health check.

Names and numbers are the standards'. The classes are made from these tables at import: no generated
code has to fit the version of protobuf, and because the pool is our own, the generated messages of
a client can live in the same process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

INFERENCE: Final = "inference"
HEALTH: Final = "grpc.health.v1"

_PARAMETERS = "map<string,InferParameter> parameters = 4"
_TENSOR = ("string name = 1", "string datatype = 2", "repeated int64 shape = 3")
_TENSOR_WITH_DATA = (*_TENSOR, _PARAMETERS, "InferTensorContents contents = 5")
_NAME_AND_VERSION = ("string name = 1", "string version = 2")
_NAMES_AND_ID = ("string model_name = 1", "string model_version = 2", "string id = 3")

# A dot stands before the name of a nested message; `oneof` before a field of the one choice.
_INFERENCE_MESSAGES: Mapping[str, tuple[str, ...]] = {
    "ServerLiveRequest": (),
    "ServerLiveResponse": ("bool live = 1",),
    "ServerReadyRequest": (),
    "ServerReadyResponse": ("bool ready = 1",),
    "ModelReadyRequest": _NAME_AND_VERSION,
    "ModelReadyResponse": ("bool ready = 1",),
    "ServerMetadataRequest": (),
    "ServerMetadataResponse": (*_NAME_AND_VERSION, "repeated string extensions = 3"),
    "ModelMetadataRequest": _NAME_AND_VERSION,
    "ModelMetadataResponse": (
        "string name = 1",
        "repeated string versions = 2",
        "string platform = 3",
        "repeated ModelMetadataResponse.TensorMetadata inputs = 4",
        "repeated ModelMetadataResponse.TensorMetadata outputs = 5",
    ),
    "ModelMetadataResponse.TensorMetadata": _TENSOR,
    "InferParameter": (
        "oneof bool bool_param = 1",
        "oneof int64 int64_param = 2",
        "oneof string string_param = 3",
        "oneof double double_param = 4",
        "oneof uint64 uint64_param = 5",
    ),
    "InferTensorContents": (
        "repeated bool bool_contents = 1",
        "repeated int32 int_contents = 2",
        "repeated int64 int64_contents = 3",
        "repeated uint32 uint_contents = 4",
        "repeated uint64 uint64_contents = 5",
        "repeated float fp32_contents = 6",
        "repeated double fp64_contents = 7",
        "repeated bytes bytes_contents = 8",
    ),
    "ModelInferRequest": (
        *_NAMES_AND_ID,
        _PARAMETERS,
        "repeated ModelInferRequest.InferInputTensor inputs = 5",
        "repeated ModelInferRequest.InferRequestedOutputTensor outputs = 6",
        "repeated bytes raw_input_contents = 7",
    ),
    "ModelInferRequest.InferInputTensor": _TENSOR_WITH_DATA,
    "ModelInferRequest.InferRequestedOutputTensor": (
        "string name = 1",
        "map<string,InferParameter> parameters = 2",
    ),
    "ModelInferResponse": (
        *_NAMES_AND_ID,
        _PARAMETERS,
        "repeated ModelInferResponse.InferOutputTensor outputs = 5",
        "repeated bytes raw_output_contents = 6",
    ),
    "ModelInferResponse.InferOutputTensor": _TENSOR_WITH_DATA,
}
_HEALTH_MESSAGES: Mapping[str, tuple[str, ...]] = {
    "HealthCheckRequest": ("string service = 1",),
    "HealthCheckResponse": ("int32 status = 1",),  # an enum there; on the wire they are the same
}
_SCALARS: Mapping[str, int] = {
    "bool": Field.TYPE_BOOL,
    "int32": Field.TYPE_INT32,
    "int64": Field.TYPE_INT64,
    "uint32": Field.TYPE_UINT32,
    "uint64": Field.TYPE_UINT64,
    "float": Field.TYPE_FLOAT,
    "double": Field.TYPE_DOUBLE,
    "string": Field.TYPE_STRING,
    "bytes": Field.TYPE_BYTES,
}


def _classes(package: str, messages: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The message class of each name."""
    file = FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    found: dict[str, Any] = {}
    for name, fields in messages.items():
        outer, _, inner = name.partition(".")
        found[name] = message = (
            found[outer].nested_type.add(name=inner) if inner else file.message_type.add(name=outer)
        )
        if any(field.startswith("oneof ") for field in fields):
            message.oneof_decl.add(name="parameter_choice")
        for field in fields:
            _add_field(message, f".{package}.", name, field)
    pool = DescriptorPool()
    pool.Add(file)
    return {
        name: GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in found
    }


def _add_field(message: Any, scope: str, owner: str, text: str) -> None:
    *labels, kind, name, _, number = text.split(" ")
    field = message.field.add(name=name, number=int(number), label=Field.LABEL_OPTIONAL)
    if labels == ["oneof"]:
        field.oneof_index = 0
    if labels == ["repeated"] or kind.startswith("map<"):
        field.label = Field.LABEL_REPEATED
    if kind.startswith("map<"):
        entry = message.nested_type.add(name=f"{name.capitalize()}Entry")
        entry.options.map_entry = True
        key, _, value = kind.removeprefix("map<").removesuffix(">").partition(",")
        _add_field(entry, scope, owner, f"{key} key = 1")
        _add_field(entry, scope, owner, f"{value} value = 2")
        kind = f"{owner}.{entry.name}"
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type = Field.TYPE_MESSAGE
        field.type_name = scope + kind


_CLASSES = {**_classes(INFERENCE, _INFERENCE_MESSAGES), **_classes(HEALTH, _HEALTH_MESSAGES)}

ServerLiveResponse = _CLASSES["ServerLiveResponse"]
ServerReadyResponse = _CLASSES["ServerReadyResponse"]
ServerMetadataResponse = _CLASSES["ServerMetadataResponse"]
ModelReadyRequest = _CLASSES["ModelReadyRequest"]
ModelReadyResponse = _CLASSES["ModelReadyResponse"]
ModelMetadataRequest = _CLASSES["ModelMetadataRequest"]
ModelMetadataResponse = _CLASSES["ModelMetadataResponse"]
ModelInferRequest = _CLASSES["ModelInferRequest"]
ModelInferResponse = _CLASSES["ModelInferResponse"]
HealthCheckRequest = _CLASSES["HealthCheckRequest"]
HealthCheckResponse = _CLASSES["HealthCheckResponse"]
