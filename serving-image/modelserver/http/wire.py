"""How does an answer look on the wire? HTTP/1.1 heads, most of whose bytes never change."""

from __future__ import annotations

from email.utils import formatdate
from http import HTTPStatus

from modelserver.payloads.answers import Answer, Headers, ModelIdentity
from modelserver.requests.request import Request

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_MAX_ECHO = 256
_MOST_HEADS = 256


class Wire:
    """Answers of one model as bytes. Call `set_clock` once a second: HTTP wants a date."""

    def __init__(self, identity: ModelIdentity) -> None:
        self._identity = (
            f"trainyard-revision: {identity.revision}\r\ntrainyard-bundle: {identity.digest}\r\n"
        ).encode()
        self._heads: dict[tuple[int, str, Headers], bytes] = {}
        self._date = b""

    def set_clock(self, unix_seconds: float) -> None:
        """Answers carry this time from now on."""
        self._date = b"date: %b\r\n" % formatdate(unix_seconds, usegmt=True).encode()

    def encoded(self, answer: Answer, request: Request, *, close: bool) -> bytes:
        """The whole response; without a body for HEAD, whose content-length stays GET's."""
        return b"%b%b%bcontent-length: %d\r\n\r\n%b" % (
            self._heads.get((answer.status, answer.content_type, answer.headers))
            or self._head(answer),
            self._date,
            _more(request, close=close),
            len(answer.body),
            b"" if request.method == "HEAD" else answer.body,
        )

    def _head(self, answer: Answer) -> bytes:
        """What answers of one kind have in common."""
        status = HTTPStatus(answer.status)
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {answer.content_type}\r\n"
        more = "".join([f"{name}: {value}\r\n" for name, value in answer.headers])
        whole = head.encode() + self._identity + more.encode()
        if len(self._heads) >= _MOST_HEADS:
            self._heads.clear()  # nobody can fill the memory with sizes that never come again
        self._heads[(answer.status, answer.content_type, answer.headers)] = whole
        return whole


def _more(request: Request, *, close: bool) -> bytes:
    """Headers that the request, or the end of the connection, asks for."""
    more = b""
    trace, request_id = request.headers.get(b"traceparent"), request.headers.get(b"x-request-id")
    if trace is not None and len(trace) <= _MAX_ECHO:
        more = b"traceparent: " + trace + b"\r\n"
    if request_id is not None and len(request_id) <= _MAX_ECHO:
        more += b"x-request-id: " + request_id + b"\r\n"
    if close:
        more += b"connection: close\r\n"
    elif request.version == "1.0":
        more += b"connection: keep-alive\r\n"
    return more
