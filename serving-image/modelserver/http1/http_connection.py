"""How do answers go back over one connection: each in its turn, none for ever?

One object per connection; no task, no future, no timer. Bounded here: seconds for a head, a body,
silence, reading our answers; requests that wait in one connection.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from modelserver.exchanges.exchange import Exchange
from modelserver.http1.connections import NEVER, Connections
from modelserver.http1.familiar_heads import FamiliarHeads
from modelserver.http1.outbox import Outbox
from modelserver.http1.request_reader import RequestReader
from modelserver.http1.wire import CONTINUE, Wire
from modelserver.payloads.answers import Answer, error_answer
from modelserver.settings import Limits


class Application(Protocol):
    """Who answers. Calls `Connection.answer` once for each exchange that was begun."""

    def admit(self, exchange: Exchange) -> Answer | None:
        """The head is complete: an early refusal, or None when the body may come."""

    def receive(self, exchange: Exchange, chunk: bytes) -> Answer | None:
        """A part of the body of an admitted request: a refusal, or None."""

    def begin(self, exchange: Exchange, connection: Connection) -> None:
        """The request is complete and will be answered, now or later."""

    def abandon(self, exchange: Exchange) -> None:
        """An unanswered exchange will not be answered by the application any more."""


@dataclass(frozen=True, slots=True)
class Listening:
    """What all connections of one port share."""

    application: Application
    connections: Connections
    limits: Limits
    wire: Wire
    outbox: Outbox
    heads: FamiliarHeads = field(default_factory=FamiliarHeads)


class Connection(RequestReader, asyncio.Protocol):
    """One client. `deadline`: when the sweep calls `expire`."""

    def __init__(self, shared: Listening) -> None:
        super().__init__(shared.limits.header_bytes, shared.heads)
        self._application = shared.application
        self._connections = shared.connections
        self._limits = shared.limits
        self._wire = shared.wire
        self._outbox = shared.outbox
        self._transport: asyncio.Transport
        self._arrived = 0.0
        self._guest = False  # answered once, then closed
        self._reading: Exchange | None = None  # its head is complete, its body is not
        self._waiting: deque[Exchange] = deque()  # in order; the last may be the one being read
        self._ended = False  # the last answer is written
        self._eof = False
        self._write_paused = False
        self._read_paused = False
        self.deadline = NEVER

    # ── the transport tells ───────────────────────────────────────────────────────────────
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A first head is awaited for a bounded time."""
        self._transport = transport  # type: ignore[assignment]
        self._arrived = self._connections.now
        self._guest = not self._connections.add(self)
        self._wait_at_most(self._limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Nobody is left to answer."""
        self._connections.discard(self)
        self.forget()
        self._ended = True
        for exchange in self._waiting:
            if exchange.answer is None:
                self._application.abandon(exchange)
        self._waiting.clear()
        self._reading = None

    def data_received(self, data: bytes) -> None:
        """Requests in these bytes are begun; nonsense is answered with 400 and the end."""
        self.read(data)

    def eof_received(self) -> bool:
        """What was asked before the client stopped sending is still answered."""
        self._deaf = self._eof = True
        self._in_head = False
        if self._reading is not None and self._reading.answer is None:
            self._application.abandon(self._reading)
            self._waiting.pop()
        self._reading = None
        return bool(self._waiting) and not self._ended

    def pause_writing(self) -> None:
        """The client reads too slowly: nothing more is read from it until it has."""
        self._wait_at_most(self._limits.body_seconds)
        self._write_paused = True
        self._update_reading()

    def resume_writing(self) -> None:
        """The client has read."""
        self._write_paused = False
        self._rest()
        self._update_reading()

    # ── the reader tells ──────────────────────────────────────────────────────────────────
    def head_begins(self) -> None:
        """The rest of the head has a bounded time."""
        self._wait_at_most(self._limits.header_seconds)

    def head_is_complete(self, exchange: Exchange, wrong: Answer | None) -> None:
        """The request takes its place in the order of answers; it may be refused already."""
        self._reading = exchange
        self._waiting.append(exchange)
        self._wait_at_most(self._limits.body_seconds)
        if self._guest:
            exchange.guest, exchange.keep_alive = True, False
        if wrong is not None:
            exchange.keep_alive = False
            self.answer(exchange, wrong)
            return
        refusal = self._application.admit(exchange)
        if refusal is not None:
            self._refuse_early(exchange, refusal)
        elif b"expect" in exchange.headers and exchange.version == "1.1":
            exchange.continue_waits = True
            self._flush()

    def on_body(self, chunk: bytes) -> None:
        """A part of the body; dropped when the request is already answered."""
        exchange = self._reading
        if exchange is None or exchange.answer is not None:
            return
        refusal = self._application.receive(exchange, chunk)
        if refusal is not None:
            self._refuse_early(exchange, refusal)

    def body_is_complete(self) -> None:
        """The request is answered, now or later."""
        exchange = self._reading
        if exchange is None:
            return
        exchange.complete = True
        exchange.continue_waits = False
        self._reading = None
        if exchange.answer is not None:
            self._rest()
            return
        if not self._write_paused:
            self.deadline = NEVER
        self._application.begin(exchange, self)
        if len(self._waiting) > self._limits.pipelined:
            self._update_reading()

    def nonsense(self, refusal: Answer) -> None:
        """The request being read, or one whose head is unfinished, gets this as the last answer."""
        exchange = self._reading
        self._reading = None
        if exchange is not None and exchange.answer is not None:
            self._end_when_answered()
            return
        if exchange is None:
            exchange = Exchange("", b"", {})
            self._waiting.append(exchange)
        else:
            self._application.abandon(exchange)
        exchange.keep_alive = False
        self.answer(exchange, refusal)

    # ── answers ───────────────────────────────────────────────────────────────────────────
    def answer(self, exchange: Exchange, answer: Answer) -> None:
        """The answer is written when its turn has come; forgotten when the client has left."""
        exchange.answer = answer
        self._flush()

    def _flush(self) -> None:
        """All answers whose turn has come are written."""
        waiting = self._waiting
        while waiting and not self._ended:
            exchange = waiting[0]
            if exchange.answer is None:
                if exchange.continue_waits:
                    exchange.continue_waits = False
                    self._outbox.write(self._transport, CONTINUE)
                break
            waiting.popleft()
            last = not waiting and not self._in_head
            close = not exchange.keep_alive or (last and (self._connections.draining or self._deaf))
            content = self._wire.encoded(exchange.answer, exchange, close=close)
            self._outbox.write(self._transport, content)
            if close:
                self._end(exchange)
                return
        self._rest()
        if self._read_paused:
            self._update_reading()

    def _end(self, exchange: Exchange) -> None:
        """No more answers. A client that is still sending is heard out for a moment.

        Closing with unread bytes resets the connection, and the answer may be lost in it.
        """
        self._outbox.flush()
        self._ended = self._deaf = True
        for dropped in self._waiting:
            if dropped.answer is None:
                self._application.abandon(dropped)
        self._waiting.clear()
        self._reading = None
        self._write_paused = False
        if exchange.complete or self._eof:
            self._wait_at_most(self._limits.body_seconds)
            self._transport.close()
        elif not self._transport.is_closing():
            self._wait_at_most(self._limits.linger_seconds)
            self._transport.write_eof()

    def _end_when_answered(self) -> None:
        if not self._waiting and not self._ended:
            self._end(Exchange("", b"", {}))

    def _refuse_early(self, exchange: Exchange, refusal: Answer) -> None:
        """The rest of the body is dropped; who waits for 100 Continue will not send it at all."""
        if b"expect" in exchange.headers and not exchange.body:
            exchange.keep_alive = False
        self.answer(exchange, refusal)

    # ── pauses ────────────────────────────────────────────────────────────────────────────
    def _wait_at_most(self, seconds: float) -> None:
        if not self._write_paused:
            self.deadline = self._connections.now + seconds

    def _rest(self) -> None:
        """With nothing asked and nothing unfinished the connection may be silent for a while."""
        if not (self._waiting or self._in_head or self._reading or self._write_paused):
            self.deadline = self._connections.now + self._limits.idle_seconds

    def _update_reading(self) -> None:
        paused = self._write_paused or len(self._waiting) > self._limits.pipelined
        if paused == self._read_paused or self._transport.is_closing():
            return
        self._read_paused = paused
        if paused:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    # ── time and end ──────────────────────────────────────────────────────────────────────
    def expire(self) -> None:
        """The end of a connection that is silent, too slow, or does not read its answers."""
        if self._ended or self._write_paused:
            self._transport.abort()
        elif self._reading is not None and self._reading.answer is None:
            seconds = self._limits.body_seconds
            self._end_with(error_answer(f"the body did not arrive within {seconds:g} s", 408))
        elif not self._waiting:
            self._ended = True  # who does not read to the end is gone with the next sweep
            self._transport.close()

    @property
    def silent_since(self) -> float:
        """When it fell silent; NEVER while anything is asked, answered or still to be sent."""
        busy = self._waiting or self._in_head or self._reading or self._write_paused or self._ended
        if busy or self._transport.get_write_buffer_size():
            return NEVER
        return max(self._arrived, self.deadline - self._limits.idle_seconds)

    def finish(self) -> None:
        """Closed now when idle, else with the last answer."""
        if not (self._waiting or self._reading or self._in_head):
            self._transport.close()

    def abort(self) -> None:
        """Closed now, whatever is unanswered or unread."""
        self._transport.abort()
