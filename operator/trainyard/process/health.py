"""The port that answers kubelet and Prometheus: /livez, /readyz, /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

Trouble = Callable[[], str]
"""Returns what is wrong, in a sentence; empty when all is well."""


@dataclass(frozen=True, slots=True)
class Probes:
    """What the two probes ask."""

    live: Trouble
    ready: Trouble


async def serve_health(port: int, probes: Probes, registry: CollectorRegistry) -> web.AppRunner:
    """Return the running server; the caller owes `cleanup`."""

    async def metrics(_: web.Request) -> web.Response:
        # In a thread: the text of thousands of objects takes a while, and workers must not wait.
        text = await asyncio.to_thread(generate_latest, registry)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/livez", _answer(probes.live))
    app.router.add_get("/readyz", _answer(probes.ready))
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, port=port).start()
    return runner


def _answer(probe: Trouble) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(_: web.Request) -> web.StreamResponse:
        trouble = probe()
        return web.Response(text=trouble or "ok", status=503 if trouble else 200)

    return handler
