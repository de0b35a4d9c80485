"""Which requests are in these bytes?

llhttp (by httptools) parses, strictly; it bounds nothing, so the head is counted here. A base class
and not a part, because a call more per header is a tenth of the time a request takes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import httptools

from modelserver.payloads.answers import Answer, error_answer
from modelserver.requests.request import KEPT_HEADERS, Request

_NOT_HTTP = "what was sent is not HTTP/1.1"
_FREE_CHUNKS = 4096
_LEAST_BYTES = 16
"""Of a chunk, on average, of a body in more than _FREE_CHUNKS of them: parsing one takes as long as
copying kilobytes, and nobody else is answered meanwhile."""


class RequestReader(ABC):
    """Reads requests one after the other and tells the subclass."""

    def __init__(self, header_bytes: int) -> None:
        self._header_bytes = header_bytes
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._hosts = 0
        self._head_bytes = 0
        self._body_bytes = 0
        self._chunks = 0
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
    def head_is_complete(self, request: Request, wrong: Answer | None) -> None:
        """A request, and why it cannot be answered as it is, if so."""

    @abstractmethod
    def on_body(self, chunk: bytes) -> None:
        """A part of the body of the last request; it is counted in `_body_bytes`."""

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
        rest: bytes | memoryview = data
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
        self._head_bytes = self._body_bytes = self._chunks = 0
        self._in_head = self._began = True
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
        request = Request(parser.get_method().decode(), self._target, self._headers)
        request.version = parser.get_http_version()
        # Whoever spoke HTTP/1.0 before us may have framed this body otherwise (RFC 9112 6.1).
        odd = request.version == "1.0" and b"transfer-encoding" in self._headers
        request.keep_alive = parser.should_keep_alive() and not odd
        if parser.should_upgrade():
            self._framing = b"".join(
                b"%b: %b\r\n" % (name, self._headers[name])
                for name in (b"content-length", b"transfer-encoding")
                if name in self._headers
            )
        self.head_is_complete(request, self._wrong_head(request))

    def on_chunk_header(self) -> None:
        """A chunk of the body begins."""
        if self._chunks > max(_FREE_CHUNKS, self._body_bytes // _LEAST_BYTES):
            text = f"the body comes in chunks of less than {_LEAST_BYTES} bytes: send longer ones"
            self._end_with(error_answer(text, 400))
        self._chunks += 1

    def on_message_complete(self) -> None:
        """The body is complete."""
        if not (self._deaf or self._framing):
            self.body_is_complete()

    def _wrong_head(self, request: Request) -> Answer | None:
        """A refusal that the protocol itself asks for. Such a connection is closed."""
        if self._head_bytes + len(self._target) > self._header_bytes:
            return self._too_large()
        if request.version not in ("1.1", "1.0"):
            return error_answer(f"HTTP/{request.version} is not spoken here; use HTTP/1.1", 505)
        if self._hosts != 1 and (request.version == "1.1" or self._hosts):
            return error_answer(f"{self._hosts} Host headers; expected one", 400)
        expected = request.headers.get(b"expect")
        if expected is not None and expected.lower() != b"100-continue":
            return error_answer("the only expectation that is met is 100-continue", 417)
        return None
