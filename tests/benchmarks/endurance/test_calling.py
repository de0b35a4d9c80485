"""Clients: whatever a server does to a request, it is right, wrong, lost or asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

import pytest

from benchmarks.endurance.calling import Asking, Manner, call, rest
from benchmarks.endurance.questions import Question, http
from benchmarks.endurance.tally import Tally

ONE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n%s"
LAST = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
QUESTION = Question("ask", http("GET", "/"), 200, lambda _, body: body == b"ok")

Says = Callable[[int], bytes]


async def asked(says: Says, manner: Manner, until: Callable[[Tally], bool]) -> Tally:
    """The tally when `until` holds; `says` answers the n-th request, b"" ends the connection."""
    heard = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                heard += 1
                said = says(heard)
                writer.write(said)
                if said in (b"", LAST):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        tally = Tally()
        asking = Asking(server.sockets[0].getsockname()[1], lambda: QUESTION, tally, Random(1))
        asking.tasks = [asyncio.create_task(call(asking, manner))]
        async with asyncio.timeout(60):
            while not until(tally):  # noqa: ASYNC110  (a tally tells nobody)
                await asyncio.sleep(0.005)
            await rest(asking)
        return tally


@pytest.mark.parametrize(
    "manner",
    [
        pytest.param(Manner(), id="one by one"),
        pytest.param(Manner(pipelined=8), id="eight in one write"),
        pytest.param(Manner(per_connection=1), id="a connection each"),
    ],
)
async def test_right_answers_are_counted(manner: Manner) -> None:
    """Nothing is lost, also when the client stops."""
    tally = await asked(lambda _: ONE % b"ok", manner, lambda tally: tally.total >= 40)
    assert (0, 0) == (tally.wrong_count, tally.lost_count)
    assert tally.total == tally.answered["ask"]


async def test_a_wrong_answer_is_told() -> None:
    """And the next one is asked for."""
    tally = await asked(
        lambda n: ONE % (b"no" if n == 3 else b"ok"), Manner(), lambda tally: tally.total >= 5
    )
    assert ["ask: 200, expected 200: b'no'"] == tally.wrong


async def test_a_connection_that_ends_without_a_word_has_lost_what_was_asked() -> None:
    """The client comes back on another."""
    tally = await asked(
        lambda n: b"" if n == 3 else ONE % b"ok", Manner(), lambda tally: tally.total >= 5
    )
    assert (1, 0) == (tally.lost_count, tally.asked_again)
    assert "2 answers before" in tally.lost[0]


async def test_what_stands_behind_an_announced_end_is_asked_again() -> None:
    """As HTTP says of `connection: close`."""
    tally = await asked(
        lambda n: LAST if n == 2 else ONE % b"ok",
        Manner(pipelined=4),
        lambda tally: tally.total >= 10,
    )
    assert (0, 2) == (tally.lost_count, tally.asked_again)


async def test_clients_that_leave_lose_nothing() -> None:
    """What they did not wait for is counted apart."""
    tally = await asked(lambda _: ONE % b"ok", Manner(aborts=1.0), lambda tally: tally.aborted > 9)
    assert (0, 0) == (tally.wrong_count, tally.lost_count)


async def test_a_closed_port_is_no_loss_at_the_end() -> None:
    """Before that it is a fault of the run."""
    free = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = free.sockets[0].getsockname()[1]
    free.close()
    await free.wait_closed()
    asking = Asking(port, lambda: QUESTION, Tally(), Random(1))
    with pytest.raises(ConnectionRefusedError):
        await call(asking, Manner())
    asking.closing = True
    await call(asking, Manner())
    assert 1 == asking.tally.refused_connections
