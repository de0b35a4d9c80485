"""How is a port opened, watched and closed?"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from modelserver.http.http_connection import Connection, Listening
from modelserver.http.listener import stop_accepting

_BACKLOG = 2048
_FINISH_SECONDS = 10.0
_ACCEPT_SECONDS = (0.05, 0.05, 0.05, 0.05, 0.05)
"""Several looks: a process that was not given the processor for one of them reads in the next."""
_SWEEP_SECONDS = 1.0


class HttpPort:
    """One listening port. Its sweep is the only timer: time-outs are that much late at most."""

    def __init__(self, shared: Listening, sweep_seconds: float = _SWEEP_SECONDS) -> None:
        self._shared = shared
        self._sweep_seconds = sweep_seconds
        self._server: asyncio.Server | None = None
        self._sweeping: asyncio.Task[None] | None = None

    async def open(self, host: str, port: int) -> int:
        """Connections are accepted; returns the port. Raises OSError when it is taken."""
        self._tick()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._shared), host, port, backlog=_BACKLOG
        )
        self._sweeping = loop.create_task(self._sweep())
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    async def close(self, max_seconds: float = _FINISH_SECONDS) -> None:
        """Nothing new is accepted; what was asked is answered, or its time is over."""
        connections = self._shared.connections
        connections.draining = True
        if self._server is not None:
            # What the backlog holds has this long to be read: closing would lose it.
            for listening in self._server.sockets:
                stop_accepting(listening.fileno())
            for seconds in _ACCEPT_SECONDS:
                await asyncio.sleep(seconds)
            self._server.close()
        connections.finish()
        deadline = time.monotonic() + max_seconds
        while len(connections) and time.monotonic() < deadline:  # noqa: ASYNC110  (only at the end)
            await asyncio.sleep(0.02)
        connections.abort()
        if self._sweeping is not None:
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._sweep_seconds)
            self._tick()

    def _tick(self) -> None:
        self._shared.wire.set_clock(time.time())
        self._shared.connections.sweep(time.monotonic())
