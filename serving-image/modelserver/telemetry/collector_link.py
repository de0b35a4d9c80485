"""How does one process hand rows to the collector, and know what became of them?

Everything here runs in the capturing thread and may wait. The collector says from time to time how
many rows of this connection are in the store; those that it never said it of are lost when the
connection ends.
"""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress
from pathlib import Path

from modelbundle.captured_rows import ACKNOWLEDGMENT

_TURN_SECONDS = 0.2


class CollectorLink:
    """A connection to the socket at `path`, made anew when asked; `first`: its first frame."""

    def __init__(self, path: Path, first: bytes) -> None:
        self.stored = 0
        self.lost = 0
        self._path = path
        self._first = first
        self._socket: socket.socket | None = None
        self._sent = self._acknowledged = 0  # rows of this connection
        self._heard = b""
        self._last: float | None = None

    def end_by(self, moment: float) -> None:
        """Nothing waits beyond this moment of the monotonic clock any more."""
        self._last = moment

    def connect(self) -> None:
        """There is a connection. Raises OSError when there cannot be one."""
        if self._socket is not None:
            return
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            opened.settimeout(_TURN_SECONDS)
            opened.connect(str(self._path))
        except OSError:
            opened.close()
            raise
        self._socket = opened
        self._sent = self._acknowledged = 0
        self._heard = b""
        self._send_all(self._first)

    def send(self, frame: bytes, rows: int) -> None:
        """The frame with so many rows is on its way. Raises OSError when the collector is gone."""
        self._sent += rows
        self._send_all(frame)

    def hear(self, seconds: float = 0.0) -> None:
        """What the collector has said is counted. Raises OSError when it is gone."""
        while self._socket is not None and select.select([self._socket], [], [], seconds)[0]:
            said = self._socket.recv(4096)
            if not said:
                raise ConnectionResetError("the collector ended the connection")
            self._heard += said
            whole = len(self._heard) // ACKNOWLEDGMENT.size * ACKNOWLEDGMENT.size
            if whole:
                (total,) = ACKNOWLEDGMENT.unpack(self._heard[whole - ACKNOWLEDGMENT.size : whole])
                self._heard = self._heard[whole:]
                self._acknowledge(total)
            seconds = 0.0

    def finish(self) -> None:
        """The collector is told that no more rows come; what it stores in time is counted."""
        if self._socket is None:
            return
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            while self._acknowledged < self._sent and (left := self._left()) > 0:
                self.hear(left)
        self.close()

    def close(self) -> int:
        """The connection is closed; returns how many rows were lost with it."""
        if self._socket is None:
            return 0
        with suppress(OSError):
            self.hear()
        self._socket.close()
        self._socket = None
        lost = self._sent - self._acknowledged
        self.lost += lost
        return lost

    def _acknowledge(self, total: int) -> None:
        total = min(total, self._sent)
        self.stored += max(0, total - self._acknowledged)
        self._acknowledged = max(self._acknowledged, total)

    def _left(self) -> float:
        return _TURN_SECONDS if self._last is None else self._last - time.monotonic()

    def _send_all(self, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            assert self._socket is not None, "connected before"  # noqa: S101
            try:
                rest = rest[self._socket.send(rest) :]
            except TimeoutError:
                if self._left() <= 0:
                    raise
            self.hear()
