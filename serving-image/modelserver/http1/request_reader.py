"""Which requests are in these bytes?

llhttp (by httptools) parses, strictly; it bounds nothing, so the head is counted here. Requests
whose heads are familiar pass it by. A base class and not a part, because a call more per header is
a tenth of the time a request takes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import httptools

from modelserver.exchanges.exchange import KEPT_HEADERS, Exchange
from modelserver.http1.familiar_heads import FamiliarHeads, head_of
from modelserver.payloads.answers import Answer, error_answer

_NOT_HTTP = "what was sent is not HTTP/1.1"


class RequestReader(ABC):
    """Reads requests one after the other and tells the subclass."""

    def __init__(self, header_bytes: int, heads: FamiliarHeads) -> None:
        self._header_bytes = header_bytes
        self._heads = heads
        self._between = True  # nothing of a next request has come
        self._new_head = b""  # of the request that begins in this read
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._hosts = 0
        self._head_bytes = 0
        self._in_head = False
        self._began = False
        self._deaf = False
        self._framing = b""  # of a body that stands behind an offer to upgrade
        self._resuming = False

    # ── what the subclass is told ─────────────────────────────────────────────────────────
    @abstractmethod
    def head_begins(self) -> None:
        """A first byte of a head has come."""

    @abstractmethod
    def head_is_complete(self, exchange: Exchange, wrong: Answer | None) -> None:
        """A request, and why it cannot be answered as it is, if so."""

    @abstractmethod
    def on_body(self, chunk: bytes) -> None:
        """A part of the body of the last request."""

    @abstractmethod
    def body_is_complete(self) -> None:
        """The last request is complete."""

    @abstractmethod
    def nonsense(self, refusal: Answer) -> None:
        """What came after the last complete head, or body, is none; nothing more is read."""

    # ── reading ───────────────────────────────────────────────────────────────────────────
    def read(self, data: bytes) -> None:
        """All requests in these bytes are told. Bugs of the subclass are raised."""
        self._began = False
        rest: bytes | memoryview = self._without_familiar(data) if self._between else data
        while rest and not self._deaf:
            try:
                self._parser.feed_data(rest)
                break
            except httptools.HttpParserUpgrade as upgrade:
                rest = memoryview(rest)[upgrade.args[0] :]
                self._decline_upgrade()
            except httptools.HttpParserCallbackError:
                raise
            except httptools.HttpParserError:
                self._end_with(error_answer(_NOT_HTTP, 400))
                break
        if self._in_head and not self._began:
            self._head_bytes += len(data)  # a head that began in this read is at most one read long
            self._check_head_bytes()

    def _without_familiar(self, data: bytes) -> bytes:
        """What is left behind the whole requests at the beginning whose heads are familiar."""
        while data and not self._deaf:
            content = head_of(data)
            head = self._heads.find(content)
            if head is None:
                self._new_head = content
                break
            end = len(content) + head.body_bytes
            if len(data) < end:
                break
            self.head_is_complete(Exchange(head.method, head.target, head.headers), None)
            if head.body_bytes:
                self.on_body(data[len(content) : end])
            self.body_is_complete()
            data = data[end:]
        return data

    def forget(self) -> None:
        """Nothing more is read; reader and parser no longer hold each other, so both go at once.

        Left to the garbage collector, thousands of closed connections would wait for it.
        """
        self._deaf = True
        del self._parser

    def _decline_upgrade(self) -> None:
        """What stands behind is read as HTTP/1.1: the body, if there is one, or the next request.

        httptools takes a request that offers an upgrade (as Java's client does with every first
        one) for complete after its head. A parser that was told how long the body is reads it.
        """
        self._parser = httptools.HttpRequestParser(self)
        if self._framing:
            framing, self._framing = self._framing, b""
            self._resuming = True
            self._parser.feed_data(b"POST * HTTP/1.1\r\n%b\r\n" % framing)
            self._resuming = False

    def _end_with(self, refusal: Answer) -> None:
        if not self._deaf:
            self._deaf = True
            self._in_head = False
            self.nonsense(refusal)

    def _check_head_bytes(self) -> None:
        if self._head_bytes + len(self._target) > self._header_bytes:
            self._end_with(self._too_large())

    def _too_large(self) -> Answer:
        return error_answer(
            f"the head of the request is larger than {self._header_bytes} bytes", 431
        )

    # ── what httptools calls ──────────────────────────────────────────────────────────────
    def on_message_begin(self) -> None:
        """A head begins."""
        if self._deaf or self._resuming:
            return
        self._target = b""
        self._headers = {}
        self._hosts = 0
        self._head_bytes = 0
        self._in_head = self._began = True
        self._between = False
        self.head_begins()

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        if not self._resuming:
            self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which is dropped."""
        if self._resuming:
            return
        self._head_bytes += len(name) + len(value) + 4
        if not self._in_head:
            self._check_head_bytes()
            return
        name = name.lower()
        if name in KEPT_HEADERS:
            self._headers[name] = value
        elif name == b"host":
            self._hosts += 1

    def on_headers_complete(self) -> None:
        """The head is complete."""
        if self._deaf or self._resuming:
            return
        self._in_head = False
        parser = self._parser
        exchange = Exchange(parser.get_method().decode(), self._target, self._headers)
        exchange.version = parser.get_http_version()
        exchange.keep_alive = parser.should_keep_alive()
        if parser.should_upgrade():
            self._framing = b"".join(
                b"%b: %b\r\n" % (name, self._headers[name])
                for name in (b"content-length", b"transfer-encoding")
                if name in self._headers
            )
        wrong = self._wrong_head(exchange)
        new_head, self._new_head = self._new_head, b""
        usual = wrong is None and exchange.keep_alive and exchange.version == "1.1"
        if new_head and usual and not parser.should_upgrade():
            self._heads.learn(new_head, exchange.method, exchange.target, exchange.headers)
        self.head_is_complete(exchange, wrong)

    def on_message_complete(self) -> None:
        """The body is complete."""
        if not (self._deaf or self._framing):
            self._between = True
            self.body_is_complete()

    def _wrong_head(self, exchange: Exchange) -> Answer | None:
        """A refusal that the protocol itself asks for. Such a connection is closed."""
        if self._head_bytes + len(self._target) > self._header_bytes:
            return self._too_large()
        if exchange.version not in ("1.1", "1.0"):
            return error_answer(f"HTTP/{exchange.version} is not spoken here; use HTTP/1.1", 505)
        if self._hosts != 1 and (exchange.version == "1.1" or self._hosts):
            return error_answer(f"{self._hosts} Host headers; expected one", 400)
        expected = exchange.headers.get(b"expect")
        if expected is not None and expected.lower() != b"100-continue":
            return error_answer("the only expectation that is met is 100-continue", 417)
        return None
