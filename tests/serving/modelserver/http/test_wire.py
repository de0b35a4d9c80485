"""Answers as bytes."""

from __future__ import annotations

import h11
import pytest

from modelserver.http.wire import Wire
from modelserver.payloads.answers import Answer, ModelIdentity, error_answer
from modelserver.requests.request import Request

IDENTITY = ModelIdentity("m", "m-1", "sha256:" + "a" * 64)


def _parsed(sent: bytes, method: str = "GET") -> tuple[h11.Response, bytes]:
    """What h11 reads."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
    client.send(h11.EndOfMessage())
    client.receive_data(sent)
    head = client.next_event()
    body = b""
    while isinstance(event := client.next_event(), h11.Data):
        body += bytes(event.data)
    assert isinstance(head, h11.Response)
    assert isinstance(event, h11.EndOfMessage)
    return head, body


def _wire() -> Wire:
    wire = Wire(IDENTITY)
    wire.set_clock(0.0)
    return wire


@pytest.mark.parametrize("close", [False, True])
def test_every_answer_has_date_length_and_identity(close: bool) -> None:
    """Another implementation reads exactly what was meant."""
    head, body = _parsed(_wire().encoded(Answer(200, b"{}"), Request("GET", b"/", {}), close=close))
    expected = {
        b"content-type": b"application/json",
        b"content-length": b"2",
        b"date": b"Thu, 01 Jan 1970 00:00:00 GMT",
        b"trainyard-revision": b"m-1",
        b"trainyard-bundle": IDENTITY.digest.encode(),
        **({b"connection": b"close"} if close else {}),
    }
    assert (200, b"OK", expected, b"{}") == (
        head.status_code,
        head.reason,
        dict(head.headers),
        body,
    )


def test_head_has_the_length_and_no_body() -> None:
    """As GET would have it."""
    answer = Answer(200, b"12345")
    head, body = _parsed(
        _wire().encoded(answer, Request("HEAD", b"/", {}), close=False), method="HEAD"
    )
    assert (b"5", b"") == (dict(head.headers)[b"content-length"], body)


def test_busy_says_when_to_come_back() -> None:
    """Headers of the answer are sent."""
    head, _ = _parsed(
        _wire().encoded(error_answer("x", 503), Request("GET", b"/", {}), close=False)
    )
    assert (503, b"1") == (head.status_code, dict(head.headers)[b"retry-after"])


def test_traces_are_echoed() -> None:
    """W3C traceparent and request ids come back; what is too long does not."""
    sent = {b"traceparent": b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01", b"x-request-id": b"7"}
    wire = _wire()
    head, _ = _parsed(wire.encoded(Answer(200, b""), Request("GET", b"/", sent), close=False))
    assert sent == {name: value for name, value in head.headers if name in sent}
    long = Request("GET", b"/", {b"x-request-id": b"7" * 300})
    assert b"x-request-id" not in wire.encoded(Answer(200, b""), long, close=False)


def test_old_clients_are_told_that_the_connection_stays() -> None:
    """HTTP/1.0 closes unless it is told not to."""
    request = Request("GET", b"/", {})
    request.version = "1.0"
    assert b"\r\nconnection: keep-alive\r\n" in _wire().encoded(
        Answer(200, b""), request, close=False
    )
