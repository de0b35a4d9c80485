"""How does an answer look on the wire? HTTP/1.1 heads, most of whose bytes never change."""

from __future__ import annotations

from email.utils import formatdate
from http import HTTPStatus

from modelserver.answers import Answer, ModelIdentity
from modelserver.exchange import Exchange

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_ECHOED = (b"traceparent", b"x-request-id")
_MAX_ECHO = 256


class Wire:
    """Answers of one model as bytes. Call `set_clock` once a second: HTTP wants a date."""

    def __init__(self, identity: ModelIdentity) -> None:
        self._identity = (
            f"trainyard-revision: {identity.revision}\r\ntrainyard-bundle: {identity.digest}\r\n"
        ).encode()
        self._heads: dict[tuple[int, str], bytes] = {}
        self._date = b""

    def set_clock(self, unix_seconds: float) -> None:
        """Answers carry this time from now on."""
        self._date = b"date: %b\r\n" % formatdate(unix_seconds, usegmt=True).encode()

    def encoded(self, answer: Answer, exchange: Exchange, *, close: bool) -> bytes:
        """The whole response; without a body for HEAD, whose content-length stays GET's."""
        return b"%b%b%bcontent-length: %d\r\n\r\n%b" % (
            self._heads.get((answer.status, answer.content_type)) or self._head(answer),
            self._date,
            self._more(answer, exchange, close=close),
            len(answer.body),
            b"" if exchange.method == "HEAD" else answer.body,
        )

    def _head(self, answer: Answer) -> bytes:
        status = HTTPStatus(answer.status)
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {answer.content_type}\r\n"
        whole = head.encode() + self._identity
        self._heads[(answer.status, answer.content_type)] = whole
        return whole

    def _more(self, answer: Answer, exchange: Exchange, *, close: bool) -> bytes:
        """Headers that few answers have."""
        more = b""
        for name, value in answer.headers:
            more += f"{name}: {value}\r\n".encode()
        if exchange.headers:
            for name_sent in _ECHOED:
                sent = exchange.headers.get(name_sent)
                if sent is not None and len(sent) <= _MAX_ECHO:
                    more += b"%b: %b\r\n" % (name_sent, sent)
        if close:
            more += b"connection: close\r\n"
        elif exchange.version == "1.0":
            more += b"connection: keep-alive\r\n"
        return more
