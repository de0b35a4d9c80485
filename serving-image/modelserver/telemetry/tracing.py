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
from http.client import HTTPException
from typing import Any

import orjson

from modelserver import SERVER_NAME, SERVER_VERSION
from modelserver.error_log import ErrorLog
from modelserver.payloads.answers import Answer
from modelserver.requests.request import Request
from modelserver.settings import TraceTarget
from modelserver.telemetry.spans import SCHEMA, attributes, span_of

MAX_WAITING = 4096
_AT_ONCE = 512
_EVERY_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0
_MAX_REPLY = 1 << 16
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

    def note(self, request: Request, answer: Answer, seconds: float) -> None:
        """The request will have its span when its client samples it."""
        sent = request.headers.get(b"traceparent")
        parent = None if sent is None else sampled_parent(sent)
        if parent is None:
            return
        if len(self._waiting) >= MAX_WAITING:
            self.dropped += 1
            return
        span = span_of(parent, request, answer, seconds, time.time_ns())
        self._waiting.append({"spanId": os.urandom(8).hex(), **span})

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
            except (OSError, ValueError, HTTPException) as fault:
                self.dropped += len(spans)
                self._log.write("spans-lost", f"{self._target.url}: {fault}")

    def _send(self, spans: list[dict[str, Any]]) -> None:
        resource = {"attributes": attributes(self._target.resource)}
        scope = {
            "scope": {"name": SERVER_NAME, "version": SERVER_VERSION},
            "spans": spans,
            "schemaUrl": SCHEMA,
        }
        document = {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}
        headers = {"content-type": "application/json", **self._target.headers}
        request = urllib.request.Request(  # noqa: S310  (settings take http and https only)
            self._target.url, orjson.dumps(document), headers
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as reply:  # noqa: S310
            self._check(reply.read(_MAX_REPLY))

    def _check(self, reply: bytes) -> None:
        """What a collector took only in part is counted and told; anything else is consent."""
        try:
            told = orjson.loads(reply)["partialSuccess"]
            rejected, why = int(told.get("rejectedSpans", 0)), told.get("errorMessage", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        if rejected or why:
            self.dropped += rejected
            self._log.write("spans-refused", f"{self._target.url}: {rejected} spans: {why}")


def sampled_parent(traceparent: bytes) -> tuple[str, str] | None:
    """Trace and parent span of a header that asks for a span, else None."""
    found = _PARENT.fullmatch(traceparent)
    if found is None or not int(found[3], 16) & 1:
        return None
    trace, parent = found[1].decode(), found[2].decode()
    return (trace, parent) if int(trace, 16) and int(parent, 16) else None
