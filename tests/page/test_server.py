"""Paths, headers, refusals, and changes that are told.

Proves: trainyardpage/live.py
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from a_namespace import deployment, releasing
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from trainyardpage import live
from trainyardpage.server import SECURE, application
from trainyardpage.world import SHOWN, World

Client = TestClient[web.Request, web.Application]


@pytest_asyncio.fixture
async def world() -> World:
    """Give a world in which nothing was read yet."""
    return World()


@pytest_asyncio.fixture
async def client(world: World) -> AsyncIterator[Client]:
    """Give a way to ask the page."""
    app = application(world, ("",), ("models.example.org",))
    async with TestClient(TestServer(app)) as found:
        yield found


def fill(world: World) -> None:
    """Put one model into the world."""
    for kind in SHOWN:
        world.replace(kind, "", [])
    raw = deployment()
    raw["metadata"]["namespace"] = "models"
    world.put("ModelDeployment", raw)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/", 200, "wine"),
        ("/?q=beer", 200, "No ModelDeployment has"),
        ("/models/models/wine", 200, "What you can do"),
        ("/models/models/beer", 404, "There is no ModelDeployment beer in the namespace models."),
        ("/models/other/wine", 404, "Not here"),
        ("/assets/page.css", 200, "--ground"),
        ("/assets/live.js", 200, "EventSource"),
        ("/assets/../server.py", 404, ""),
        ("/assets/%2e%2e/server.py", 404, ""),
        ("/livez", 200, "ok"),
        ("/readyz", 200, "ok"),
        ("/nowhere", 404, ""),
    ],
)
async def test_each_path_answers(
    world: World, client: Client, path: str, status: int, words: str
) -> None:
    """And everything that it answers is confined."""
    fill(world)
    answer = await client.get(path)
    assert status == answer.status
    assert words in await answer.text()
    assert SECURE.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_can_be_written(client: Client, method: str) -> None:
    """It has no path that takes anything."""
    assert 405 == (await client.request(method, "/")).status


async def test_it_is_ready_once_everything_was_read(world: World, client: Client) -> None:
    """A reader never takes half a list for the whole."""
    answer = await client.get("/readyz")
    assert (
        503,
        f"not read yet: {', '.join(SHOWN)}",
    ) == (
        answer.status,
        await answer.text(),
    )
    fill(world)
    assert 200 == (await client.get("/readyz")).status


async def test_a_name_of_somebody_else_is_refused(client: Client) -> None:
    """With a word on what to do; a name that the chart was told is answered."""
    answer = await client.get("/", headers={"Host": "evil.example"})
    assert (421, True) == (answer.status, "page.hosts" in await answer.text())
    assert 200 == (await client.get("/", headers={"Host": "models.example.org"})).status


async def test_a_change_is_told_within_a_second(world: World, client: Client) -> None:
    """The first event comes at once; several changes at once are one."""
    async with client.get("/events") as answer:
        assert "text/event-stream" == answer.headers["Content-Type"]
        assert b"event: change\n" == await answer.content.readline()
        await answer.content.readuntil(b"\n\n")
        fill(world)
        world.put("ModelDeployment", releasing())
        async with asyncio.timeout(60):
            assert b"event: change\n" == await answer.content.readline()
        assert f"data: {world.generation}\n".encode() == await answer.content.readline()


async def test_a_quiet_line_is_kept_alive(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """By comments, which readers pass over."""
    monkeypatch.setattr(live, "SILENT_SECONDS", 0.05)
    monkeypatch.setattr(live, "TOGETHER_SECONDS", 0)
    async with client.get("/events") as answer:
        await answer.content.readuntil(b"\n\n")
        assert b": still here\n" == await answer.content.readline()


async def test_listeners_are_bounded_and_leave(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One too many is refused; after somebody went there is room again."""
    monkeypatch.setattr(live, "MOST_LISTENERS", 1)
    monkeypatch.setattr(live, "SILENT_SECONDS", 0.05)
    monkeypatch.setattr(live, "TOGETHER_SECONDS", 0)
    async with client.get("/events") as first:
        await first.content.readline()
        assert 503 == (await client.get("/events")).status
    async with asyncio.timeout(60):
        while (await client.get("/events")).status == 503:  # noqa: ASYNC110 — asked from outside
            await asyncio.sleep(0.05)
