"""The life of a port."""

from __future__ import annotations

import asyncio
import time

import pytest
from serving_echo import Echo, eventually

from modelserver.http.connections import Connections
from modelserver.http.http_connection import Listening
from modelserver.http.http_port import HttpPort
from modelserver.http.outbox import Outbox
from modelserver.http.wire import Wire
from modelserver.payloads.answers import ModelIdentity
from modelserver.settings import Limits

LATER = b"GET /later HTTP/1.1\r\nhost: x\r\n\r\n"


def _port(echo: Echo) -> HttpPort:
    wire = Wire(ModelIdentity("m", "m-1", "sha256:aa"))
    return HttpPort(Listening(echo, Connections(time.monotonic()), Limits(), wire, Outbox()))


async def test_closing_waits_for_answers_and_not_for_silence() -> None:
    """One connection has asked, one has not: the idle one is closed, the other answered first."""
    echo = Echo()
    port = _port(echo)
    number = await port.open("127.0.0.1", 0)
    asking, asked = await asyncio.open_connection("127.0.0.1", number)
    silent, said_nothing = await asyncio.open_connection("127.0.0.1", number)
    asked.write(LATER)
    await eventually(lambda: echo.later != [])
    closing = asyncio.ensure_future(port.close())
    assert b"" == await asyncio.wait_for(silent.read(), 5)
    assert not closing.done()
    echo.answer(*echo.later[0])
    assert (await asyncio.wait_for(asking.read(), 5)).endswith(b"/later|")
    await asyncio.wait_for(closing, 5)
    for writer in (asked, said_nothing):
        writer.close()
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("127.0.0.1", number)


async def test_closing_has_an_end() -> None:
    """What is never answered does not hold the process."""
    echo = Echo()
    port = _port(echo)
    reader, writer = await asyncio.open_connection("127.0.0.1", await port.open("127.0.0.1", 0))
    writer.write(LATER)
    await eventually(lambda: echo.later != [])
    started = time.monotonic()
    await port.close(0.2)
    assert b"" == await asyncio.wait_for(reader.read(), 60)
    writer.close()
    assert time.monotonic() - started < 60
