"""Heads of requests, on a real server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from serving_process import Client, Running

from modelserver.bounded_protocol import bounded


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(
            (b"GET /v2 HTTP/1.1\r\n" + b"a: " + b"b" * 20_000 + b"\r\n\r\n",), id="one long value"
        ),
        pytest.param(
            (b"GET /v2 HTTP/1.1\r\n" + b"a: b\r\n" * 4_000 + b"\r\n",), id="four thousand headers"
        ),
        pytest.param((b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",), id="a long path"),
        pytest.param(
            (b"GET /v2 HTTP/1.1\r\n", *[b"a: " + b"b" * 9_000 + b"\r\n"] * 4),
            id="a head that never ends",
        ),
    ],
)
def test_large_heads_are_431(tumours_server: Running, parts: tuple[bytes, ...]) -> None:
    """Refused, also before the head is complete."""
    received = tumours_server.client.raw(*parts)
    assert received.startswith(b"HTTP/1.1 431 ")
    assert b"larger than 16384 bytes" in received


def test_large_bodies_are_no_heads(tumours_server: Running) -> None:
    """Bytes of a body are not counted as head, nor are those of the next request."""
    body = b" " * 150_000
    request = (
        b"POST /v2/models/tumours/infer HTTP/1.1\r\nhost: x\r\ncontent-length: 150000\r\n\r\n"
        + body
    )
    last = b"GET /v2/health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    received = tumours_server.client.raw(request + last[:20], last[20:])
    assert [b"400 ", b"200 "] == [part[:4] for part in received.split(b"HTTP/1.1 ")[1:]]


def test_garbage_is_400(tumours_server: Running) -> None:
    """What is no HTTP gets a 400 and the door."""
    assert tumours_server.client.raw(b"\x16\x03\x01\x02\r\n\r\n").startswith(b"HTTP/1.1 400 ")


@pytest.fixture
async def impatient_port() -> AsyncIterator[int]:
    """A server that waits 0.3 s for a head."""

    async def app(scope: object, receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    http = bounded(1000, 0.3)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, http=http, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server._serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn has a flag, not an event)
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((), id="nothing at all"),
        pytest.param((b"GET / HT",), id="half a line"),
        pytest.param((b"GET / HTTP/1.1\r\na: ", *[b"b"] * 40), id="a byte now and then"),
    ],
)
async def test_slow_heads_lose_their_connection(
    impatient_port: int, parts: tuple[bytes, ...]
) -> None:
    """A client that trickles does not hold a place for ever."""
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient_port)
    started = time.monotonic()
    closing = asyncio.ensure_future(_until_closed(reader))
    for part in parts:
        if closing.done():
            break
        writer.write(part)
        await asyncio.sleep(0.02)
    received = await asyncio.wait_for(closing, 5)
    writer.close()
    assert (b"", True) == (received, time.monotonic() - started < 2)


async def _until_closed(reader: asyncio.StreamReader) -> bytes:
    """What came before the end; a reset, from writing to a closed connection, is an end too."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_a_connection_in_use_outlives_the_head_s_time(impatient_port: int) -> None:
    """Between requests the head's timer does not run."""
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient_port)
    for _ in range(3):
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert (await reader.readuntil(b"ok\r\n0\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        await asyncio.sleep(0.2)
    writer.close()


def test_client_reaches_the_server(tumours_server: Running) -> None:
    """The usual request is not in the way of any limit."""
    client: Client = tumours_server.client
    assert client.get("/v2/health/live").status == 200
