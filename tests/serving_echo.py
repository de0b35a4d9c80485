"""An application that answers with what it was asked: behind real connections, without a model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from modelserver.exchanges.exchange import Exchange
from modelserver.http1.http_connection import Connection
from modelserver.payloads.answers import Answer, error_answer


@dataclass
class Echo:
    """Answers with the target and the body: at once, or, for /later…, when told to."""

    later: list[tuple[Exchange, Connection]] = field(default_factory=list)
    abandoned: list[bytes] = field(default_factory=list)

    def admit(self, exchange: Exchange) -> Answer | None:
        """/no… is refused at once."""
        return error_answer("no", 413) if exchange.target.startswith(b"/no") else None

    def receive(self, exchange: Exchange, chunk: bytes) -> Answer | None:
        """At most 100,000 bytes are kept."""
        exchange.add(chunk)
        return error_answer("much", 413) if len(exchange.body) > 100_000 else None

    def begin(self, exchange: Exchange, connection: Connection) -> None:
        """See class."""
        if exchange.target.startswith(b"/later"):
            self.later.append((exchange, connection))
        else:
            self.answer(exchange, connection)

    def answer(self, exchange: Exchange, connection: Connection) -> None:
        """/large… has 4 MiB."""
        body = exchange.target + b"|" + exchange.body
        if exchange.target.startswith(b"/large"):
            body = b"x" * (4 << 20)
        connection.answer(exchange, Answer(200, body))

    def abandon(self, exchange: Exchange) -> None:
        """Noted."""
        self.abandoned.append(exchange.target)


async def eventually(condition: Callable[[], bool]) -> None:
    """Returns once the condition holds. Raises TimeoutError after ten seconds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  (conditions of the other side have no event)
            await asyncio.sleep(0.01)
