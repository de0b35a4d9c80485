"""The page itself, of a world that was made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from trainyardpage.server import application
from trainyardpage.world import World


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    """Give the address of the page; what is put into the world afterwards is shown too."""
    runner = web.AppRunner(application(world, ("",), ()), shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
