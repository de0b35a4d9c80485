"""How do answers go back over one connection: each in its turn, none for ever?

One object per connection; no task, no future, no timer. Bounded here: seconds for a head, a body,
silence, reading our answers; its age; requests that wait in one connection.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from modelserver.http.connections import NEVER, Connections
from modelserver.http.outbox import Outbox
from modelserver.http.request_reader import RequestReader
from modelserver.http.wire import CONTINUE, Wire
from modelserver.payloads.answers import Answer, error_answer
from modelserver.requests.request import Request
from modelserver.settings import Limits


class Application(Protocol):
    """Who answers. Calls `Connection.answer` once for each request that was begun."""

    def admit(self, request: Request) -> Answer | None:
        """The head is complete: an early refusal, or None when the body may come."""

    def receive(self, request: Request, chunk: bytes) -> Answer | None:
        """A part of the body of an admitted request: a refusal, or None."""

    def begin(self, request: Request, connection: Connection) -> None:
        """The request is complete and will be answered, now or later."""

    def abandon(self, request: Request) -> None:
        """An unanswered request will not be answered by the application any more."""


@dataclass(frozen=True, slots=True)
class Listening:
    """What all connections of one port share."""

    application: Application
    connections: Connections
    limits: Limits
    wire: Wire
    outbox: Outbox


class Connection(RequestReader, asyncio.Protocol):
    """One client. `deadline`: when the sweep calls `expire`."""

    def __init__(self, shared: Listening) -> None:
        super().__init__(shared.limits.header_bytes)
        self._application = shared.application
        self._connections = shared.connections
        self._limits = shared.limits
        self._wire = shared.wire
        self._outbox = shared.outbox
        self._transport: asyncio.Transport
        self._arrived, self._leaves_at = 0.0, NEVER
        self._probe_only = False  # answered once, then closed
        self._reading: Request | None = None  # its head is complete, its body is not
        self._waiting: deque[Request] = deque()  # in order; the last may be the one being read
        self._ended = False  # the last answer is written
        self._eof = False
        self._write_paused = self._read_paused = False
        self.deadline = NEVER

    # ── the transport tells ───────────────────────────────────────────────────────────────
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A first head is awaited for a bounded time."""
        self._transport = transport  # type: ignore[assignment]
        self._arrived = self._connections.now
        self._leaves_at = self._connections.leaves_at(self._limits.age_seconds)
        self._probe_only = not self._connections.add(self)
        self._wait_at_most(self._limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Nobody is left to answer."""
        self._connections.discard(self)
        self.forget()
        self._ended = True
        for request in self._waiting:
            if request.answer is None:
                self._application.abandon(request)
        self._waiting.clear()
        self._reading = None

    def data_received(self, data: bytes) -> None:
        """Requests in these bytes are begun; nonsense is answered with 400 and the end."""
        self.read(data)

    def eof_received(self) -> bool:
        """What was asked before the client stopped sending is still answered."""
        self._deaf = self._eof = True
        self._in_head = False
        cut_off, self._reading = self._reading, None
        if cut_off is not None and cut_off.refusal is not None:
            cut_off.keep_alive = False
            self.answer(cut_off, cut_off.refusal)
        elif cut_off is not None and cut_off.answer is None:
            self._application.abandon(cut_off)
            self._waiting.pop()
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

    def head_is_complete(self, request: Request, wrong: Answer | None) -> None:
        """The request takes its place in the order of answers; it may be refused already."""
        self._reading = request
        self._waiting.append(request)
        self._wait_at_most(self._limits.body_seconds)
        if self._probe_only:
            request.probe_only, request.keep_alive = True, False
        if wrong is not None:
            request.keep_alive = False
            self.answer(request, wrong)
            return
        if (refusal := self._application.admit(request)) is not None:
            self._refuse_early(request, refusal)
        elif b"expect" in request.headers and request.version == "1.1":
            request.continue_waits = True
            self._flush()

    def on_body(self, chunk: bytes) -> None:
        """A part of the body; dropped when the request is already refused."""
        self._body_bytes += len(chunk)
        request = self._reading
        if request is None or request.answer is not None or request.refusal is not None:
            return
        if (refusal := self._application.receive(request, chunk)) is not None:
            self._refuse_early(request, refusal)

    def body_is_complete(self) -> None:
        """The request is answered, now or later."""
        request = self._reading
        if request is None:
            return
        request.complete = True
        request.continue_waits = False
        self._reading = None
        if request.refusal is not None:
            self.answer(request, request.refusal)
            return
        if request.answer is not None:
            self._rest()
            return
        if not self._write_paused:
            self.deadline = NEVER
        self._application.begin(request, self)
        if len(self._waiting) > self._limits.pipelined:
            self._update_reading()

    def nonsense(self, refusal: Answer) -> None:
        """The request being read, or one whose head is unfinished, gets this as the last answer."""
        request = self._reading
        self._reading = None
        if request is not None and request.answer is not None:
            self._end_when_answered()
            return
        if request is None:
            request = Request("", b"", {})
            self._waiting.append(request)
        else:
            self._application.abandon(request)
        request.keep_alive = False
        self.answer(request, request.refusal or refusal)

    # ── answers ───────────────────────────────────────────────────────────────────────────
    def answer(self, request: Request, answer: Answer) -> None:
        """The answer is written when its turn has come; forgotten when the client has left."""
        request.answer = answer
        self._flush()

    def _flush(self) -> None:
        """All answers whose turn has come are written."""
        waiting = self._waiting
        while waiting and not self._ended:
            request = waiting[0]
            if request.answer is None:
                if request.continue_waits:
                    request.continue_waits = False
                    self._outbox.write(self._transport, CONTINUE)
                break
            waiting.popleft()
            last = not waiting and not self._in_head
            leaves = self._deaf or self._connections.is_to_leave(self._leaves_at)
            close = not request.keep_alive or (last and leaves)
            content = self._wire.encoded(request.answer, request, close=close)
            self._outbox.write(self._transport, content)
            if close:
                self._end(request)
                return
        self._rest()
        if self._read_paused:
            self._update_reading()

    def _end(self, request: Request) -> None:
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
        if request.complete or self._eof:
            self._wait_at_most(self._limits.body_seconds)
            self._transport.close()
        elif not self._transport.is_closing():
            self._wait_at_most(self._limits.linger_seconds)
            self._transport.write_eof()

    def _end_when_answered(self) -> None:
        if not self._waiting and not self._ended:
            self._end(Request("", b"", {}))

    def _refuse_early(self, request: Request, refusal: Answer) -> None:
        """Said when the body is complete: routers cut off who is answered before.

        Who waits for 100 Continue will not send it at all; what has no end ends with the time for
        a body.
        """
        unsent = b"expect" in request.headers and not request.body
        if unsent or self._probe_only:
            request.keep_alive = request.keep_alive and not unsent
            self.answer(request, refusal)
        else:
            request.refusal = refusal

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
