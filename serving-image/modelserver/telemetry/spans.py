"""What does a span tell of a request? By OpenTelemetry's semantic conventions, as OTLP in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelserver.payloads.answers import Answer
from modelserver.requests.request import Request
from modelserver.requests.routing import Route

SCHEMA = "https://opentelemetry.io/schemas/1.43.0"
GRPC_METHOD = "inference.GRPCInferenceService/ModelInfer"
_SERVER_KIND = 2
_ERROR = 2
# The low byte is the parent's: sampled. The two bits above say that it is in another process.
_FLAGS = 0x301
_MAX_PATH = 256
_ROUTES = {
    Route.INFER: "/v2/models/{model}/infer",
    Route.PREDICT_V1: "/v1/models/{model}:predict",
}
_VERSIONED = "/v2/models/{model}/versions/{version}/infer"
# As grpc_answers has them, which is not loaded where only HTTP is served.
_GRPC_CODES = {
    200: "OK",
    400: "INVALID_ARGUMENT",
    404: "NOT_FOUND",
    413: "RESOURCE_EXHAUSTED",
    429: "UNAVAILABLE",
    503: "UNAVAILABLE",
}
_GRPC_FAULTS = frozenset({"INTERNAL", "UNAVAILABLE"})


def span_of(
    parent: tuple[str, str], request: Request, answer: Answer, seconds: float, ended: int
) -> dict[str, Any]:
    """The span without its own id: a child of `parent` (trace, span), ended at so many nanoseconds
    since 1970.
    """
    path = request.target.partition(b"?")[0][:_MAX_PATH].decode("latin-1")
    name, told, fault = (
        _called(answer) if path[1:] == GRPC_METHOD else _requested(request, path, answer)
    )
    if fault:
        told["error.type"] = fault
    return {
        "traceId": parent[0],
        "parentSpanId": parent[1],
        "flags": _FLAGS,
        "name": name,
        "kind": _SERVER_KIND,
        "startTimeUnixNano": str(ended - int(seconds * 1e9)),
        "endTimeUnixNano": str(ended),
        "attributes": attributes({**told, "trainyard.rows": answer.rows}),
        "status": {"code": _ERROR} if fault else {},
    }


def attributes(values: Mapping[str, str | int]) -> list[dict[str, Any]]:
    """As OTLP writes them in JSON; whole numbers of 64 bits are text there."""
    return [
        {
            "key": key,
            "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value},
        }
        for key, value in values.items()
    ]


def _requested(
    request: Request, path: str, answer: Answer
) -> tuple[str, dict[str, str | int], str]:
    """Name, attributes and fault of a request over HTTP; a wrong request is no fault of a server.

    Names are few, as they are counted and compared: a path that nobody knows is not part of one.
    """
    told: dict[str, str | int] = {
        "http.request.method": request.method,
        "url.scheme": "http",
        "url.path": path,
        "network.protocol.version": request.version,
        "http.response.status_code": answer.status,
    }
    fault = str(answer.status) if answer.status >= 500 else ""
    route = _ROUTES.get(request.route) if request.route is not None else None
    if route is None:
        return request.method, told, fault
    if request.route is Route.INFER and "/versions/" in path:
        route = _VERSIONED
    told["http.route"] = route
    return f"{request.method} {route}", told, fault


def _called(answer: Answer) -> tuple[str, dict[str, str | int], str]:
    """Name, attributes and fault of a call over gRPC, by the status that HTTP would have."""
    code = _GRPC_CODES.get(answer.status, "INTERNAL")
    told: dict[str, str | int] = {
        "rpc.system.name": "grpc",
        "rpc.method": GRPC_METHOD,
        "rpc.response.status_code": code,
    }
    return GRPC_METHOD, told, code if code in _GRPC_FAULTS else ""
