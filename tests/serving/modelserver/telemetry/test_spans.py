"""Spans as the official schema of OTLP and the semantic conventions have them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from modelserver.grpc.grpc_answers import status_code
from modelserver.grpc.grpc_api import SERVICE
from modelserver.payloads.answers import Answer
from modelserver.requests.request import Request
from modelserver.requests.routing import Route
from modelserver.telemetry.spans import GRPC_METHOD, SCHEMA, attributes, span_of

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ENDED = 1_800_000_000_123_456_789


def _read(span: dict[str, Any]) -> Any:
    """The span as the official messages understand it; a field that they do not know is refused.

    In OTLP's JSON ids are hexadecimal, in that of protocol buffers base64: only they are put over.
    """
    span = dict(span)
    ids = {name: bytes.fromhex(span.pop(name)) for name in ("traceId", "parentSpanId")}
    scope = {"spans": [span], "schemaUrl": SCHEMA}
    resource = {"attributes": attributes({"service.name": "m"})}
    document = {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}
    request = json_format.Parse(json.dumps(document), ExportTraceServiceRequest())
    read = request.resource_spans[0].scope_spans[0].spans[0]
    read.trace_id, read.parent_span_id = ids["traceId"], ids["parentSpanId"]
    return read


def _told(read: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in read.attributes}


def _asked(target: bytes, route: Route | None, status: int, rows: int = 0) -> Any:
    request = Request("POST", target, {})
    request.route = route
    return _read(span_of((TRACE, PARENT), request, Answer(status, b"", rows=rows), 0.25, ENDED))


def test_a_span_is_its_parents_child_with_times() -> None:
    """Of a server, sampled, in another process than its parent."""
    read = _asked(b"/v2/models/m/infer?x=1", Route.INFER, 200, rows=3)
    assert (TRACE, PARENT) == (read.trace_id.hex(), read.parent_span_id.hex())
    assert (ENDED - 250_000_000, ENDED) == (read.start_time_unix_nano, read.end_time_unix_nano)
    assert Span.SPAN_KIND_SERVER == read.kind
    assert 0x301 == read.flags
    assert {
        "http.request.method": "POST",
        "url.scheme": "http",
        "url.path": "/v2/models/m/infer",
        "network.protocol.version": "1.1",
        "http.response.status_code": 200,
        "http.route": "/v2/models/{model}/infer",
        "trainyard.rows": 3,
    } == _told(read)


@pytest.mark.parametrize(
    ("target", "route", "name"),
    [
        pytest.param(
            b"/v2/models/m/infer", Route.INFER, "POST /v2/models/{model}/infer", id="a prediction"
        ),
        pytest.param(
            b"/v2/models/m/versions/1/infer",
            Route.INFER,
            "POST /v2/models/{model}/versions/{version}/infer",
            id="of a version",
        ),
        pytest.param(
            b"/v1/models/m:predict",
            Route.PREDICT_V1,
            "POST /v1/models/{model}:predict",
            id="in the older protocol",
        ),
        pytest.param(b"/v2/models/zebra/infer", None, "POST", id="no such model"),
        pytest.param(f"/{GRPC_METHOD}".encode(), None, GRPC_METHOD, id="a call"),
    ],
)
def test_names_are_few(target: bytes, route: Route | None, name: str) -> None:
    """Whatever paths are asked for."""
    read = _asked(target, route, 200)
    assert name == read.name
    assert ("http.route" in _told(read)) == (route is not None)


@pytest.mark.parametrize(
    ("status", "code", "fault"),
    [
        pytest.param(200, Status.STATUS_CODE_UNSET, None, id="answered"),
        pytest.param(400, Status.STATUS_CODE_UNSET, None, id="a wrong request is the client's"),
        pytest.param(429, Status.STATUS_CODE_UNSET, None, id="so are too many"),
        pytest.param(500, Status.STATUS_CODE_ERROR, "500", id="the model failed"),
        pytest.param(503, Status.STATUS_CODE_ERROR, "503", id="the server could not"),
    ],
)
def test_faults_of_the_server_are_errors(status: int, code: int, fault: str | None) -> None:
    """Their kind is the status."""
    read = _asked(b"/v2/models/m/infer", Route.INFER, status)
    assert (code, fault) == (read.status.code, _told(read).get("error.type"))


@pytest.mark.parametrize("status", [200, 400, 404, 413, 429, 500, 503, 507])
def test_a_call_has_the_status_that_grpc_gives(status: int) -> None:
    """And is an error where the conventions for gRPC say so."""
    assert f"{SERVICE}/ModelInfer" == GRPC_METHOD
    read = _asked(f"/{GRPC_METHOD}".encode(), None, status)
    expected = "OK" if status == 200 else status_code(status).name
    assert ("grpc", GRPC_METHOD, expected) == tuple(
        _told(read)[name] for name in ("rpc.system.name", "rpc.method", "rpc.response.status_code")
    )
    failed = expected in ("UNAVAILABLE", "INTERNAL")
    assert (Status.STATUS_CODE_ERROR if failed else Status.STATUS_CODE_UNSET) == read.status.code
    assert (expected if failed else None) == _told(read).get("error.type")
