"""What is said of bodies that are refused, and when.

Proves: serving-image/modelserver/http/http_connection.py
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from serving_echo import HOST, Client, connected


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client of an impatient server."""
    async with connected() as made:
        yield made


async def test_who_expects_and_is_refused_is_let_go(client: Client) -> None:
    """The body that is not coming cannot be told from a next request."""
    head = b"POST /no" + HOST + b"content-length: 2\r\nexpect: 100-continue\r\n\r\n"
    client.writer.write(head)
    received = await client.all()
    assert received.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in received


async def test_the_rest_of_a_refused_body_is_dropped(client: Client) -> None:
    """And the connection goes on behind it."""
    client.writer.write(b"POST /a" + HOST + b"content-length: 200000\r\n\r\n" + b"x" * 200_000)
    client.writer.write(b"GET /b" + HOST + b"\r\n")
    assert 413 == (await client.answer())[0]
    assert (200, b"/b|") == await client.answer()


@pytest.mark.parametrize("then", ["the rest", "its end", "nothing"])
async def test_a_refusal_is_said_when_the_body_is_over(client: Client, then: str) -> None:
    """A router cuts off who is answered before it has sent everything."""
    client.writer.write(b"POST /a" + HOST + b"content-length: 200000\r\n\r\n" + b"x" * 190_000)
    early = asyncio.ensure_future(client.answer())
    await asyncio.sleep(0.1)
    assert not early.done()
    if then == "the rest":
        client.writer.write(b"x" * 10_000)
    elif then == "its end":
        client.writer.write_eof()
    assert 413 == (await early)[0]


async def test_what_has_no_end_is_refused_when_its_time_is_over(client: Client) -> None:
    """However long it says that it is; nothing of it is kept."""
    client.writer.write(b"POST /no" + HOST + b"content-length: 999999999999\r\n\r\n" + b"x")
    early = asyncio.ensure_future(client.answer())
    await asyncio.sleep(0.1)
    assert not early.done()
    assert 413 == (await early)[0]


@pytest.mark.parametrize(
    ("chunk", "number", "status"),
    [
        pytest.param(b"1\r\nx\r\n", 4_000, 200, id="some tiny chunks are one body"),
        pytest.param(b"1\r\nx\r\n", 5_000, 400, id="too many hold everybody up"),
        pytest.param(b"10\r\n" + b"x" * 16 + b"\r\n", 5_000, 200, id="longer ones may be many"),
    ],
)
async def test_tiny_chunks(client: Client, chunk: bytes, number: int, status: int) -> None:
    """Parsing one takes as long as copying kilobytes."""
    client.writer.write(b"POST /a" + HOST + b"transfer-encoding: chunked\r\n\r\n")
    client.writer.write(chunk * number + b"0\r\n\r\n")
    found, text = await client.answer()
    assert status == found
    if status == 200:
        assert b"/a|" + b"x" * (chunk.count(b"x") * number) == text
    else:
        assert b"send longer ones" in text
