"""An application that answers with what it was asked: behind real connections, and a client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from modelserver.http.connections import Connections
from modelserver.http.http_connection import Connection, Listening
from modelserver.http.http_port import HttpPort
from modelserver.http.outbox import Outbox
from modelserver.http.wire import Wire
from modelserver.payloads.answers import Answer, ModelIdentity, error_answer
from modelserver.requests.request import Request
from modelserver.settings import Limits


@dataclass
class Echo:
    """Answers with the target and the body: at once, or, for /later…, when told to."""

    later: list[tuple[Request, Connection]] = field(default_factory=list)
    abandoned: list[bytes] = field(default_factory=list)

    def admit(self, request: Request) -> Answer | None:
        """/no… is refused at once."""
        return error_answer("no", 413) if request.target.startswith(b"/no") else None

    def receive(self, request: Request, chunk: bytes) -> Answer | None:
        """At most 100,000 bytes are kept."""
        request.add(chunk)
        return error_answer("much", 413) if len(request.body) > 100_000 else None

    def begin(self, request: Request, connection: Connection) -> None:
        """See class."""
        if request.target.startswith(b"/later"):
            self.later.append((request, connection))
        else:
            self.answer(request, connection)

    def answer(self, request: Request, connection: Connection) -> None:
        """/large… has 4 MiB."""
        body = request.target + b"|" + request.body
        if request.target.startswith(b"/large"):
            body = b"x" * (4 << 20)
        connection.answer(request, Answer(200, body))

    def abandon(self, request: Request) -> None:
        """Noted."""
        self.abandoned.append(request.target)


async def eventually(condition: Callable[[], bool]) -> None:
    """Returns once the condition holds. Raises TimeoutError after two minutes."""
    async with asyncio.timeout(120):
        while not condition():  # noqa: ASYNC110  (conditions of the other side have no event)
            await asyncio.sleep(0.01)


LIMITS = replace(
    Limits(),
    header_bytes=1000,
    header_seconds=0.3,
    body_seconds=0.3,
    idle_seconds=0.6,
    linger_seconds=0.3,
    pipelined=4,
)
HOST = b" HTTP/1.1\r\nhost: x\r\n"


@dataclass(frozen=True)
class Client:
    """One connection to the echo, and what is behind it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    echo: Echo
    connections: Connections

    async def all(self) -> bytes:
        """Everything that comes until the server closes."""
        received = b""
        try:
            while chunk := await asyncio.wait_for(self.reader.read(65536), 5):
                received += chunk
        except ConnectionError:
            pass
        return received

    async def answer(self) -> tuple[int, bytes]:
        """Status and body of the next answer."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)
        status = int(head[9:12])
        if status == 100:
            return status, b""
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        return status, await asyncio.wait_for(self.reader.readexactly(length), 5)


@asynccontextmanager
async def connected(limits: Limits = LIMITS) -> AsyncIterator[Client]:
    """Give a client of the echo."""
    echo = Echo()
    connections = Connections(time.monotonic())
    wire = Wire(ModelIdentity("m", "m-1", "sha256:aa"))
    port = HttpPort(Listening(echo, connections, limits, wire, Outbox()), sweep_seconds=0.05)
    number = await port.open("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", number)
    yield Client(reader, writer, echo, connections)
    writer.close()
    await port.close(0.5)
    await asyncio.sleep(0)
