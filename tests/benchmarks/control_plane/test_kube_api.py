"""Paths, and many requests of which few run at once."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.control_plane.kube_api import KubeApi, collection, few_at_once, path_of


def test_paths_of_collections_and_objects() -> None:
    """Everywhere, in a namespace, and one object."""
    assert collection("Pod") == "/api/v1/pods"
    assert collection("Job", "a") == "/apis/batch/v1/namespaces/a/jobs"
    raw = {"metadata": {"namespace": "a", "name": "b"}}
    assert path_of("Service", raw) == "/api/v1/namespaces/a/services/b"


async def test_few_run_at_once_and_all_get_done() -> None:
    """The API server is not asked for everything in one moment."""
    running, most, done = 0, 0, 0

    async def work() -> None:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        done += 1

    await few_at_once((work() for _ in range(10)), 3)
    assert (most, done) == (3, 10)


async def test_a_busy_server_is_asked_again() -> None:
    """What it did though it answered nothing useful is found and taken; other refusals are told."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.method)
        if request.method == "GET":
            return web.json_response({"found": True})
        return web.json_response({}, status=504 if len(asked) == 1 else 409)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        api = KubeApi(session, f"http://{server.host}:{server.port}")
        made = await api.ask("POST", "/pods", {"metadata": {"name": "a"}})
        assert ({"found": True}, ["POST", "POST", "GET"]) == (made, asked)
        with pytest.raises(aiohttp.ClientResponseError):
            await api.ask("POST", "/pods", {"metadata": {"name": "a"}})
