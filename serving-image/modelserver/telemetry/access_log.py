"""How is every request written down, for those who want that? One JSON line each, on stderr.

A thread writes, so that a full pipe never holds up an answer; lines that do not fit into memory
meanwhile are counted and dropped.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable

import orjson

from modelserver.payloads.answers import Answer
from modelserver.requests.request import Request

MAX_WAITING = 10_000
_EVERY_SECONDS = 0.2
_MAX_TEXT = 256
# Pipes keep writes of up to this size together, also beside those of the error log.
_ATOMIC_BYTES = 4096

Line = tuple[float, str, bytes, int, float, int, bytes | None, bytes | None]


def _to_stderr(content: bytes) -> None:
    while content:
        content = content[os.write(2, content) :]


class AccessLog:
    """Lines on their way; `dropped`: those that were too many. Call `note` in the event loop."""

    def __init__(self, write: Callable[[bytes], None] = _to_stderr) -> None:
        self.dropped = 0
        self._write = write
        self._waiting: deque[Line] = deque()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)
        self._thread.start()

    def note(self, request: Request, answer: Answer, seconds: float) -> None:
        """The request will have its line, or is counted as dropped."""
        if len(self._waiting) >= MAX_WAITING:
            self.dropped += 1
            return
        get = request.headers.get
        target = request.target[:_MAX_TEXT]
        request_id, parent = get(b"x-request-id"), get(b"traceparent")
        line = (time.time(), request.method, target, answer.status, seconds, answer.rows)
        self._waiting.append((*line, request_id, parent))

    def close(self, max_seconds: float = 1.0) -> None:
        """What was noted is written, as far as there is time."""
        self._ending.set()
        self._thread.join(max_seconds)

    def _run(self) -> None:
        while not self._ending.wait(_EVERY_SECONDS):
            self._write_waiting()
        self._write_waiting()

    def _write_waiting(self) -> None:
        together = b""
        while self._waiting:
            line = _encoded(self._waiting.popleft())
            if together and len(together) + len(line) > _ATOMIC_BYTES:
                self._try_write(together)
                together = b""
            together += line
        if together:
            self._try_write(together)

    def _try_write(self, content: bytes) -> None:
        try:
            self._write(content)
        except OSError:
            self.dropped += content.count(b"\n")


def _encoded(line: Line) -> bytes:
    at, method, target, status, seconds, rows, request_id, parent = line
    document: dict[str, object] = {
        "level": "info",
        "event": "request",
        "time": round(at, 3),
        "method": method,
        "path": target.decode("latin-1"),
        "status": status,
        "seconds": round(seconds, 6),
        "rows": rows,
    }
    for name, value in (("requestId", request_id), ("traceparent", parent)):
        if value is not None:
            document[name] = value[:_MAX_TEXT].decode("latin-1")
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
