"""How does a sampled request become a span? Only with OTEL_EXPORTER_OTLP_ENDPOINT.

A span is made of what is known at the end of a request, for requests whose `traceparent` says that
they are sampled; nobody else pays. A thread sends them as OTLP over HTTP in JSON, which collectors
take at port 4318; what it cannot send in time is counted and dropped.
"""

from __future__ import annotations

import os
import re
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Mapping
from typing import Any

import orjson

from modelserver.answers import Answer
from modelserver.error_log import ErrorLog
from modelserver.exchange import Exchange
from modelserver.tracing_settings import TraceTarget

MAX_WAITING = 4096
_AT_ONCE = 512
_EVERY_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0
_SERVER_KIND = 2
_ERROR = 2
_PARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")


class Tracing:
    """Spans on their way; `dropped`: those that were lost. Call `note` in the event loop."""

    def __init__(self, target: TraceTarget, log: ErrorLog) -> None:
        self.dropped = 0
        self._target = target
        self._log = log
        self._waiting: deque[dict[str, Any]] = deque()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tracing", daemon=True)
        self._thread.start()

    def note(self, exchange: Exchange, answer: Answer, seconds: float) -> None:
        """The request will have its span when its client samples it."""
        sent = exchange.headers.get(b"traceparent")
        parent = None if sent is None else sampled_parent(sent)
        if parent is None:
            return
        if len(self._waiting) >= MAX_WAITING:
            self.dropped += 1
            return
        self._waiting.append(_span(parent, exchange, answer, seconds))

    def close(self, max_seconds: float = 2.0) -> None:
        """What was noted is sent, as far as there is time."""
        self._ending.set()
        self._thread.join(max_seconds)

    def _run(self) -> None:
        while not self._ending.wait(_EVERY_SECONDS):
            self._send_waiting()
        self._send_waiting()

    def _send_waiting(self) -> None:
        while self._waiting:
            spans = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            try:
                self._send(spans)
            except (OSError, ValueError) as fault:
                self.dropped += len(spans)
                self._log.write("spans-lost", f"{self._target.url}: {fault}")

    def _send(self, spans: list[dict[str, Any]]) -> None:
        resource = {"attributes": _attributes(self._target.resource)}
        scope = {"scope": {"name": "modelserver"}, "spans": spans}
        document = {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}
        headers = {"content-type": "application/json", **self._target.headers}
        request = urllib.request.Request(  # noqa: S310  (settings take http and https only)
            self._target.url, orjson.dumps(document), headers
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as reply:  # noqa: S310
            reply.read()


def sampled_parent(traceparent: bytes) -> tuple[str, str] | None:
    """Trace and parent span of a header that asks for a span, else None."""
    found = _PARENT.fullmatch(traceparent)
    if found is None or not int(found[3], 16) & 1:
        return None
    trace, parent = found[1].decode(), found[2].decode()
    return (trace, parent) if int(trace, 16) and int(parent, 16) else None


def _span(
    parent: tuple[str, str], exchange: Exchange, answer: Answer, seconds: float
) -> dict[str, Any]:
    ended = time.time_ns()
    path = exchange.target.partition(b"?")[0][:256].decode("latin-1")
    told: dict[str, str | int] = {
        "http.request.method": exchange.method,
        "url.path": path,
        "http.response.status_code": answer.status,
        "trainyard.rows": answer.rows,
    }
    return {
        "traceId": parent[0],
        "spanId": os.urandom(8).hex(),
        "parentSpanId": parent[1],
        "name": f"{exchange.method} {path}",
        "kind": _SERVER_KIND,
        "startTimeUnixNano": str(ended - int(seconds * 1e9)),
        "endTimeUnixNano": str(ended),
        "attributes": _attributes(told),
        "status": {"code": _ERROR} if answer.status >= 500 else {},
    }


def _attributes(values: Mapping[str, str | int]) -> list[dict[str, Any]]:
    """As OTLP writes them in JSON; whole numbers of 64 bits are text there."""
    return [
        {
            "key": key,
            "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value},
        }
        for key, value in values.items()
    ]
