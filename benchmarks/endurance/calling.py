"""Does every request get its answer? Many clients in one event loop, each in its own manner."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from benchmarks.endurance.questions import Question
from benchmarks.endurance.tally import Tally

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n")
_CLOSE = b"\r\nconnection: close\r\n"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a client behaves: requests in one write, requests per connection, share of aborts."""

    pipelined: int = 1
    per_connection: int = 1_000_000
    aborts: float = 0.0


@dataclass(slots=True)
class Asking:
    """What all clients share. `resting`: ask nothing new; `closing`: the port may be closed."""

    port: int
    next_question: Callable[[], Question]
    tally: Tally
    random: Random
    resting: bool = False
    closing: bool = False
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class Talk(asyncio.Protocol):
    """One connection of one client."""

    def __init__(self, asking: Asking, manner: Manner, again: deque[Question]) -> None:
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asking = asking
        self._manner = manner
        self._again = again
        self._pending: deque[Question] = deque()
        self._received = b""
        self._asked = 0
        self._answers = 0
        self._ended = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The first questions are asked."""
        self._transport = transport  # type: ignore[assignment]
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Complete answers are compared; the next questions are asked."""
        received = self._received + data if self._received else data
        while self._pending and not self._ended:
            end = received.find(b"\r\n\r\n") + 4
            if end < 4:
                break
            head = received[:end]
            length = _LENGTH.search(head)
            whole = end + (int(length[1]) if length else 0)
            if len(received) < whole:
                break
            self._compare(head, received[end:whole])
            received = received[whole:]
        self._received = received
        if not self._pending and not self._ended:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """What is unanswered is lost, or to be asked again when the server had said the end."""
        for question in self._pending:
            if self._ended:
                self._asking.tally.asked_again += 1
                self._again.append(question)
            else:
                said = f"{self._answers} answers before" if self._answers else "first on its own"
                self._asking.tally.is_lost(question, f"connection ended ({exc!r}), {said}")
        self._pending.clear()
        if not self.over.done():
            self.over.set_result(None)

    def _compare(self, head: bytes, body: bytes) -> None:
        question = self._pending.popleft()
        self._answers += 1
        if question.is_right(head, body):
            self._asking.tally.right(question)
        elif self._asking.closing and question.kind == "probe" and head[9:12] == b"503":
            self._asking.tally.answered["probe: not ready while draining"] += 1
        else:
            self._asking.tally.is_wrong(question, head, body)
        if _CLOSE in head:
            self._ended = True
            self._transport.close()

    def _ask(self) -> None:
        asking, manner = self._asking, self._manner
        if asking.resting or self._asked >= manner.per_connection:
            self._ended = True
            self._transport.close()
            return
        count = manner.pipelined
        while len(self._pending) < count:
            self._pending.append(self._again.popleft() if self._again else asking.next_question())
        self._asked += count
        self._transport.write(b"".join(question.request for question in self._pending))
        if manner.aborts and asking.random.random() < manner.aborts:
            asking.tally.aborted += len(self._pending)
            self._pending.clear()
            self._ended = True
            later = asking.random.choice((0.0, 0.0, 0.0005, 0.003))
            asyncio.get_running_loop().call_later(later, self._transport.abort)


async def call(asking: Asking, manner: Manner) -> None:
    """Asks on one connection after the other until resting, or until nobody listens at the end."""
    loop = asyncio.get_running_loop()
    again: deque[Question] = deque()
    while not asking.resting:
        try:
            _, talk = await loop.create_connection(
                lambda: Talk(asking, manner, again), "127.0.0.1", asking.port
            )
        except ConnectionRefusedError:
            if not asking.closing:
                raise
            asking.tally.refused_connections += 1
            return
        await talk.over


async def rest(asking: Asking) -> None:
    """Every client has heard its last answer and is gone."""
    asking.resting = True
    await asyncio.gather(*asking.tasks)
    asking.tasks.clear()
    asking.resting = False
