"""What users met, asked of a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from free_port import free_port

from benchmarks.traffic.callers import Question, Rates, Tally, Way, callers


@asynccontextmanager
async def server(answer: web.Application) -> AsyncIterator[str]:
    """Give the URL of the server."""
    runner = web.AppRunner(answer)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        await runner.cleanup()


async def asked(url: str, way: Way, wanted: int) -> Tally:
    """Return what two users met in so many requests."""
    tally = Tally("a scene")
    async with callers(Question(url, "{}"), Rates({way: 100}, users=2), tally):
        while tally.good.total() + len(tally.lost) < wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return tally


async def test_good_answers_are_counted_by_scene_way_and_revision() -> None:
    """Users who keep their connections have one each; one-shot users have one for each request."""
    connections: set[object] = set()

    async def answer(request: web.Request) -> web.Response:
        connections.add(request.transport)
        return web.Response(headers={"trainyard-revision": "r"})

    app = web.Application()
    app.router.add_post("/", answer)
    async with server(app) as url:
        kept = await asked(url, Way.KEPT, 20)
        assert {("a scene", Way.KEPT, "r")} == set(kept.answered_by)
        assert 2 == len(connections)
        connections.clear()
        once = await asked(url, Way.ONE_SHOT, 20)
        assert once.good["a scene", Way.ONE_SHOT] == len(connections) >= 20
    assert [] == kept.lost + once.lost


async def test_a_loss_says_what_was_met_and_who_answered() -> None:
    """A refusal of a version is told from one of nobody's, and from a connection that is cut."""
    number = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal number
        number += 1
        if number % 3 == 0:
            return web.Response(status=503, text="nobody")
        if number % 3 == 1:
            return web.Response(status=400, headers={"trainyard-revision": "bad"})
        assert request.transport
        request.transport.abort()
        return web.Response()

    app = web.Application()
    app.router.add_post("/", answer)
    async with server(app) as url:
        tally = await asked(url, Way.ONE_SHOT, 12)
    told = {(loss.what.split()[0], loss.revision) for loss in tally.lost}
    # A machine that has no time for the server is met as silence, by nobody's fault.
    silence = {("TimeoutError", "")}
    assert {("503", ""), ("400", "bad"), ("ServerDisconnectedError", "")} == told - silence
    assert 0 == tally.good.total()
