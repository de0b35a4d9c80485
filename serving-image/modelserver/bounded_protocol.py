"""How long, and how large, may the head of a request be?

uvicorn's parser bounds neither. Bytes of an unfinished head are counted, and a timer runs from its
first byte (or from the connection) until it is complete.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
)
_MESSAGE = b'{"error":"the head of the request is larger than %d bytes"}'


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with limits for the head. Use `bounded` to set them."""

    header_bytes: int
    header_seconds: float

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._in_head = True
        self._began = False
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The timer runs until the first head is complete."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left running."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes that belong to an unfinished head are counted; too many end the connection."""
        self._began = False
        super().data_received(data)
        if not self._in_head or self._began or self.transport.is_closing():
            return  # a head that began in this very read is at most one read long
        self._head_bytes += len(data)
        if self._head_bytes > self.header_bytes:
            message = _MESSAGE % self.header_bytes
            self.transport.write(_TOO_LARGE % (len(message), message))
            self.transport.close()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = True
        self._began = True
        self._head_bytes = 0
        if self._head_timer is None:
            self._start_timer()

    def on_headers_complete(self) -> None:
        """A head is complete; how large it may be in all is checked by the application."""
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.header_seconds, self.transport.close)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def bounded(max_bytes: int, max_seconds: float) -> type[BoundedProtocol]:
    """The protocol class with these limits, as uvicorn wants it: a class, not an object."""
    limits = {"header_bytes": max_bytes, "header_seconds": max_seconds}
    return type("BoundedProtocol", (BoundedProtocol,), limits)
