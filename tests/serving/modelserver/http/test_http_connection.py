"""Answers over real connections: order, limits, time, the end."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from serving_echo import HOST, LIMITS, Client, Echo, connected, eventually

from modelserver.http.connections import NEVER, Connections
from modelserver.http.http_connection import Connection, Listening
from modelserver.http.outbox import Outbox
from modelserver.http.wire import Wire
from modelserver.payloads.answers import ModelIdentity


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client of an impatient server."""
    async with connected() as made:
        yield made


async def test_answers_keep_the_order_of_requests(client: Client) -> None:
    """The second is ready first, and waits."""
    client.writer.write(b"GET /later-1" + HOST + b"\r\n" + b"GET /2" + HOST + b"\r\n")
    client.writer.write(b"GET /later-3" + HOST + b"\r\n" + b"GET /4" + HOST + b"\r\n")
    await eventually(lambda: len(client.echo.later) == 2)
    for request, connection in reversed(client.echo.later):
        client.echo.answer(request, connection)
    found = [(await client.answer())[1] for _ in range(4)]
    assert [b"/later-1|", b"/2|", b"/later-3|", b"/4|"] == found


async def test_many_waiting_requests_stop_the_reading(client: Client) -> None:
    """A client that pipelines without end waits in its own socket; all are answered."""
    request = b"GET /later" + HOST + b"\r\n"
    count = 3000
    for _ in range(count):
        client.writer.write(request)
        await asyncio.sleep(0)
    await asyncio.sleep(0.2)
    assert len(client.echo.later) < count
    answered = 0
    while answered < count:
        waiting, client.echo.later[:] = list(client.echo.later), []
        for later, connection in waiting:
            client.echo.answer(later, connection)
        for _ in waiting:
            assert (200, b"/later|") == await client.answer()
        answered += len(waiting)
        await asyncio.sleep(0.001)


async def test_a_client_that_does_not_read_is_cut_off(client: Client) -> None:
    """After its time; until then nothing more is read from it."""
    for _ in range(50):
        client.writer.write(b"GET /large" + HOST + b"\r\n")
    await eventually(lambda: len(client.connections) == 0)


class Unread(asyncio.Transport):
    """A transport to a client that takes nothing: closing waits for it for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def write(self, data: object) -> None:
        """Kept from the client by the client."""

    def get_write_buffer_size(self) -> int:
        """One answer."""
        return 100

    def close(self) -> None:
        """Noted."""
        self.told.append("close")

    def abort(self) -> None:
        """Noted."""
        self.told.append("abort")


async def test_a_last_answer_that_nobody_reads_holds_no_connection() -> None:
    """Its time over, the connection is closed, and with the next sweep cut off; never silent."""
    connections = Connections(0.0)
    wire = Wire(ModelIdentity("m", "m-1", "sha256:aa"))
    connection = Connection(Listening(Echo(), connections, LIMITS, wire, Outbox()))
    transport = Unread()
    connection.connection_made(transport)
    connection.data_received(b"GET /1" + HOST + b"\r\n")
    assert connection.silent_since == NEVER
    connections.sweep(10.0)
    connections.sweep(11.0)
    assert ["close", "abort"] == transport.told


async def test_continue_is_said_when_the_body_is_wanted(client: Client) -> None:
    """Then the body comes and is answered."""
    head = b"POST /a" + HOST + b"content-length: 2\r\nexpect: 100-continue\r\n\r\n"
    client.writer.write(head)
    assert (100, b"") == await client.answer()
    client.writer.write(b"ab")
    assert (200, b"/a|ab") == await client.answer()


async def test_continue_keeps_the_order_too(client: Client) -> None:
    """It is not said while an earlier answer is missing."""
    head = b"POST /a" + HOST + b"content-length: 2\r\nexpect: 100-continue\r\n\r\n"
    client.writer.write(b"GET /later" + HOST + b"\r\n" + head)
    await eventually(lambda: client.echo.later != [])
    client.echo.answer(*client.echo.later[0])
    assert [(200, b"/later|"), (100, b"")] == [await client.answer(), await client.answer()]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param((), b"", id="nothing at all"),
        pytest.param((b"GET / HT",), b"", id="half a line"),
        pytest.param((b"GET / HTTP/1.1\r\na: ", *[b"b"] * 40), b"", id="a byte now and then"),
        pytest.param(
            (b"POST /a" + HOST + b"content-length: 50\r\n\r\n", *[b"b"] * 40),
            b"HTTP/1.1 408 ",
            id="a body that trickles",
        ),
        pytest.param(
            (b"GET / HTTP/1.1\r\na: b\r\n", *[b"c: d\r\n" * 50] * 8),
            b"HTTP/1.1 431 ",
            id="a head without end",
        ),
    ],
)
async def test_slow_senders_lose_their_connection(
    client: Client, parts: tuple[bytes, ...], expected: bytes
) -> None:
    """A client that trickles does not hold a place for ever."""
    started = time.monotonic()
    closing = asyncio.ensure_future(client.all())
    for part in parts:
        if closing.done():
            break
        client.writer.write(part)
        await asyncio.sleep(0.02)
    received = await closing
    assert (expected, True) == (received[:13], time.monotonic() - started < 60)


async def test_between_requests_the_time_of_heads_does_not_run(client: Client) -> None:
    """Idle connections have their own, longer one."""
    for _ in range(3):
        client.writer.write(b"GET /" + HOST + b"\r\n")
        assert (200, b"/|") == await client.answer()
        await asyncio.sleep(0.4)
    assert b"" == await client.all()


async def test_half_closed_clients_are_answered(client: Client) -> None:
    """What was asked before the end of sending.

    Who closes for good looks the same, one FIN, until an answer is written and comes back as a
    reset; so rows of such a client are predicted for nobody. To drop them instead would lose the
    answers of all who only end their sending, which TCP and HTTP/1.1 (RFC 9112, 9.6) allow. The
    waste is bounded: it takes places within the limit of concurrency, as any request does.
    """
    client.writer.write(b"GET /later" + HOST + b"\r\n")
    client.writer.write_eof()
    await eventually(lambda: client.echo.later != [])
    await asyncio.sleep(0.05)
    client.echo.answer(*client.echo.later[0])
    assert (await client.all()).endswith(b"/later|")


async def test_who_leaves_is_abandoned(client: Client) -> None:
    """Whether the request was complete or not; late answers hurt nobody."""
    client.writer.write(b"GET /later" + HOST + b"\r\n")
    client.writer.write(b"POST /half" + HOST + b"content-length: 9\r\n\r\nabc")
    await eventually(lambda: client.echo.later != [])
    connection = client.writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.writer.transport.abort()
    await eventually(lambda: len(client.connections) == 0)
    client.echo.answer(*client.echo.later[0])
    assert {b"/later", b"/half"} == set(client.echo.abandoned)


async def test_garbage_behind_good_requests_is_told_after_their_answers(client: Client) -> None:
    """In order, and then the end."""
    client.writer.write(b"GET /later" + HOST + b"\r\n" + b"\x00\x01\r\n\r\n")
    await eventually(lambda: client.echo.later != [])
    client.echo.answer(*client.echo.later[0])
    received = await client.all()
    assert [b"200 ", b"400 "] == [part[:4] for part in received.split(b"HTTP/1.1 ")[1:]]


async def test_old_clients_are_closed_on(client: Client) -> None:
    """HTTP/1.0 without keep-alive."""
    client.writer.write(b"GET /a HTTP/1.0\r\n\r\n")
    assert (await client.all()).endswith(b"/a|")


async def test_an_old_connection_ends_with_an_answer() -> None:
    """Whoever asks is answered, told, and finds the next request a new connection."""
    async with connected(replace(LIMITS, age_seconds=0.2, idle_seconds=5.0)) as client:
        client.writer.write(b"GET /young" + HOST + b"\r\n")
        assert (200, b"/young|") == await client.answer()
        await asyncio.sleep(0.4)
        client.writer.write(b"GET /old" + HOST + b"\r\n")
        received = await client.all()
    assert received.endswith(b"/old|")
    assert b"connection: close" in received


async def test_draining_closes_with_the_last_of_the_pipelined_answers(client: Client) -> None:
    """Not with the first: the others would be lost."""
    client.writer.write((b"GET /later" + HOST + b"\r\n") * 3)
    await eventually(lambda: len(client.echo.later) == 3)
    client.connections.draining = True
    for request, connection in client.echo.later:
        client.echo.answer(request, connection)
    received = await client.all()
    assert (3, 1) == (received.count(b"/later|"), received.count(b"connection: close"))
    assert b"connection: close" in received.rsplit(b"HTTP/1.1 200", 1)[1]
