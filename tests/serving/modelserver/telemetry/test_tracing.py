"""Spans of sampled requests, at a receiver of our own."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from modelserver.error_log import ErrorLog
from modelserver.payloads.answers import Answer
from modelserver.requests.request import Request
from modelserver.settings import TraceTarget
from modelserver.telemetry.tracing import Tracing, sampled_parent

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED = f"00-{TRACE}-{PARENT}-01".encode()


@contextmanager
def _receiver(reply: bytes = b"{}") -> Iterator[tuple[str, list[tuple[str, dict[str, str], Any]]]]:
    """An OTLP receiver: its URL, and what it got (path, headers, document)."""
    got: list[tuple[str, dict[str, str], Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            got.append((self.path, headers, json.loads(body)))
            self.send_response(200)
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/traces", got
        server.shutdown()
        serving.join()


def _request(traceparent: bytes | None) -> Request:
    headers = {} if traceparent is None else {b"traceparent": traceparent}
    return Request("POST", b"/v2/models/m/infer?x=1", headers)


def _attributes(listed: list[dict[str, Any]]) -> dict[str, str]:
    return {item["key"]: next(iter(item["value"].values())) for item in listed}


def test_a_sampled_request_becomes_a_child_span() -> None:
    """Of the client's span, with status, rows and times; others become none."""
    log = ErrorLog(lambda: 0.0, io.StringIO())
    with _receiver() as (url, got):
        target = TraceTarget(
            url, {"api-key": "k"}, {"service.name": "m", "trainyard.revision": "m-1"}
        )
        tracing = Tracing(target, log)
        tracing.note(_request(SAMPLED), Answer(200, b"", rows=3), 0.25)
        tracing.note(_request(SAMPLED[:-2] + b"00"), Answer(200, b""), 0.25)
        tracing.note(_request(None), Answer(200, b""), 0.25)
        tracing.note(_request(SAMPLED), Answer(500, b""), 0.5)
        tracing.close(30)
    assert [("/v1/traces", "k", "application/json")] == [
        (path, headers["api-key"], headers["content-type"]) for path, headers, _ in got
    ]
    (resource,) = got[0][2]["resourceSpans"]
    expected = {"service.name": "m", "trainyard.revision": "m-1"}
    assert expected == _attributes(resource["resource"]["attributes"])
    good, bad = resource["scopeSpans"][0]["spans"]
    assert (TRACE, PARENT, 2) == (good["traceId"], good["parentSpanId"], good["kind"])
    assert len({good["spanId"], bad["spanId"], PARENT}) == 3
    assert 250_000_000 == int(good["endTimeUnixNano"]) - int(good["startTimeUnixNano"])
    assert ({}, {"code": 2}) == (good["status"], bad["status"])


def test_spans_that_cannot_be_sent_are_counted_and_told() -> None:
    """No collector there: requests do not notice."""
    out = io.StringIO()
    tracing = Tracing(
        TraceTarget("http://127.0.0.1:1/v1/traces", {}, {}), ErrorLog(lambda: 0.0, out)
    )
    tracing.note(_request(SAMPLED), Answer(200, b""), 0.1)
    tracing.close(30)
    assert tracing.dropped == 1
    assert json.loads(out.getvalue())["event"] == "spans-lost"


@pytest.mark.parametrize(
    ("reply", "dropped"),
    [
        pytest.param(b"{}", 0, id="all taken"),
        pytest.param(b"", 0, id="an empty reply is consent"),
        pytest.param(b"[1]", 0, id="so is one that is no OTLP"),
        pytest.param(b'{"partialSuccess": {}}', 0, id="nothing refused"),
        pytest.param(
            b'{"partialSuccess": {"rejectedSpans": "1", "errorMessage": "late"}}', 1, id="one late"
        ),
    ],
)
def test_spans_that_are_refused_are_counted_and_told(reply: bytes, dropped: int) -> None:
    """By what the collector says with status 200."""
    out = io.StringIO()
    with _receiver(reply) as (url, _):
        tracing = Tracing(TraceTarget(url, {}, {}), ErrorLog(lambda: 0.0, out))
        tracing.note(_request(SAMPLED), Answer(200, b""), 0.1)
        tracing.close(30)
    assert dropped == tracing.dropped
    assert bool(dropped) == ("spans-refused" in out.getvalue())


def test_a_server_that_speaks_something_else_is_survived() -> None:
    """Its answer is no HTTP: the spans are lost, the next are sent."""
    out = io.StringIO()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1/traces"
        tracing = Tracing(TraceTarget(url, {}, {}), ErrorLog(lambda: 0.0, out))
        tracing.note(_request(SAMPLED), Answer(200, b""), 0.1)
        connection, _ = listening.accept()
        connection.recv(1 << 16)
        connection.sendall(b"220 mail.example.org ESMTP\r\n")
        connection.close()
        tracing.close(30)
    assert 1 == tracing.dropped
    assert "spans-lost" in out.getvalue()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(SAMPLED, (TRACE, PARENT), id="sampled"),
        pytest.param(b"01" + SAMPLED[2:] + b"-more", (TRACE, PARENT), id="a later version"),
        pytest.param(SAMPLED[:-2] + b"02", None, id="not sampled"),
        pytest.param(b"ff" + SAMPLED[2:], None, id="no version"),
        pytest.param(SAMPLED.upper(), None, id="capital letters"),
        pytest.param(SAMPLED.replace(TRACE.encode(), b"0" * 32), None, id="no trace"),
        pytest.param(SAMPLED.replace(PARENT.encode(), b"0" * 16), None, id="no span"),
        pytest.param(b"hello", None, id="something else"),
    ],
)
def test_only_sampled_parents_ask_for_a_span(
    header: bytes, expected: tuple[str, str] | None
) -> None:
    """By the rules of W3C Trace Context."""
    assert expected == sampled_parent(header)
