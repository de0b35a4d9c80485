"""How are faults written down? One JSON line each on stderr, never more than a few a second."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Callable
from typing import TextIO

_EVERY_SECONDS = 1.0


class ErrorLog:
    """JSON lines; the same event at most once a second, with the number left out since."""

    def __init__(self, clock: Callable[[], float], stream: TextIO = sys.stderr) -> None:
        self._clock = clock
        self._stream = stream
        self._last: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def write(self, event: str, message: str, fault: BaseException | None = None) -> None:
        """One line with event, message and, for a fault, type and stack; or none (see class)."""
        now = self._clock()
        if now - self._last.get(event, float("-inf")) < _EVERY_SECONDS:
            self._left_out[event] = self._left_out.get(event, 0) + 1
            return
        self._last[event] = now
        line: dict[str, object] = {"level": "error", "event": event, "message": message[:2000]}
        left_out = self._left_out.pop(event, 0)
        if left_out:
            line["alikeLeftOut"] = left_out
        if fault is not None:
            line["fault"] = type(fault).__name__
            line["stack"] = "".join(traceback.format_exception(fault))[-6000:]
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()


class LogBridge(logging.Handler):
    """What libraries log at WARNING or above becomes a line of the error log."""

    def __init__(self, log: ErrorLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the record's message and fault, if any."""
        fault = record.exc_info[1] if record.exc_info else None
        self._log.write(record.name, record.getMessage(), fault)
