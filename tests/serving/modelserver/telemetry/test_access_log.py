"""A line per request that never holds anybody up."""

from __future__ import annotations

import json
import threading

from modelserver.payloads.answers import Answer
from modelserver.requests.request import Request
from modelserver.telemetry.access_log import MAX_WAITING, AccessLog


def _request(target: bytes = b"/v2/models/m/infer") -> Request:
    return Request("POST", target, {b"x-request-id": b'an "id"\xff'})


def test_lines_are_json_and_short() -> None:
    """Whatever clients put into paths and ids."""
    written: list[bytes] = []
    log = AccessLog(written.append)
    log.note(_request(b"/" + b"x" * 9000), Answer(200, b"", rows=3), 0.0012)
    log.close()
    (line,) = [json.loads(line) for line in b"".join(written).splitlines()]
    expected = {"level": "info", "event": "request", "method": "POST", "status": 200, "rows": 3}
    assert expected == {name: line[name] for name in expected}
    assert (256, 0.0012, 'an "id"ÿ') == (len(line["path"]), line["seconds"], line["requestId"])
    assert "traceparent" not in line


def test_whole_lines_are_written_in_pieces_that_stay_together() -> None:
    """No write is longer than a pipe keeps together, none ends within a line."""
    written: list[bytes] = []
    log = AccessLog(written.append)
    for _ in range(200):
        log.note(_request(), Answer(200, b""), 0.001)
    log.close()
    assert 200 == b"".join(written).count(b"\n")
    assert all(len(piece) <= 4096 and piece.endswith(b"\n") for piece in written)


def test_a_full_pipe_drops_lines_and_counts_them() -> None:
    """While nobody reads, requests go on and memory is bounded; what waited is written later."""
    reading = threading.Event()
    written: list[bytes] = []

    def write(content: bytes) -> None:
        reading.wait()
        written.append(content)

    log = AccessLog(write)
    total = 3 * MAX_WAITING
    for _ in range(total):
        log.note(_request(), Answer(200, b""), 0.001)
    assert log.dropped > 0
    reading.set()
    log.close(30)
    assert total == log.dropped + b"".join(written).count(b"\n")


def test_a_closed_stderr_loses_lines_only() -> None:
    """Every line is counted as dropped."""

    def write(content: bytes) -> None:
        raise BrokenPipeError

    log = AccessLog(write)
    log.note(_request(), Answer(200, b""), 0.001)
    log.close()
    assert log.dropped == 1
