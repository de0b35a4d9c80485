"""Lines of the error log."""

from __future__ import annotations

import io
import json
import logging

from modelserver.error_log import ErrorLog, LogBridge


def _lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_fault_is_one_line_with_its_stack() -> None:
    """Everything needed to find the cause, in JSON."""
    stream = io.StringIO()
    try:
        int("out of range")
    except ValueError as fault:
        ErrorLog(lambda: 0.0, stream).write("model-failed", "out of range", fault)
    (line,) = _lines(stream)
    assert ("error", "model-failed", "ValueError") == (line["level"], line["event"], line["fault"])
    assert "test_error_log.py" in str(line["stack"])


def test_a_flood_is_one_line_a_second() -> None:
    """A model that always fails does not fill the node's disk; the number left out is told."""
    now = [0.0]
    stream = io.StringIO()
    log = ErrorLog(lambda: now[0], stream)
    for _ in range(1000):
        log.write("model-failed", "x")
    log.write("other", "y")
    now[0] = 1.5
    log.write("model-failed", "x")
    found = [(line["event"], line.get("alikeLeftOut")) for line in _lines(stream)]
    assert [("model-failed", None), ("other", None), ("model-failed", 999)] == found


def test_libraries_write_the_same_lines() -> None:
    """Warnings of the web server are JSON too; its chatter is dropped."""
    stream = io.StringIO()
    logger = logging.getLogger("test-error-log")
    logger.propagate = False
    logger.addHandler(LogBridge(ErrorLog(lambda: 0.0, stream)))
    logger.info("hello")
    logger.warning("Invalid HTTP request received.")
    assert ["Invalid HTTP request received."] == [line["message"] for line in _lines(stream)]
