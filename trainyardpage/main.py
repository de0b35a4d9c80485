"""The process of the page: settings → login → watches → server, until it is asked to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from aiohttp import web

from trainyard.clients.cluster import KubernetesCluster
from trainyard.clients.login import LoginImpossible, log_in
from trainyard.clients.watch_events import WatchEvents
from trainyard.settings import SettingsWrong
from trainyardpage.server import application
from trainyardpage.settings import PageSettings, read_page_settings
from trainyardpage.watching import EVERYWHERE, Door, watch_everything
from trainyardpage.world import World

WRONG_CONFIGURATION = 2
STOP_SECONDS = 2


def main() -> int:
    """Serve the page and return the exit code; 2 when its configuration cannot be used."""
    try:
        return asyncio.run(_run(read_page_settings()))
    except (SettingsWrong, LoginImpossible) as fault:
        sys.stderr.write(f"trainyard page: {fault}\n")
        return WRONG_CONFIGURATION


async def _run(settings: PageSettings) -> int:
    configuration = await log_in(os.environ)
    door = Door(KubernetesCluster(configuration), WatchEvents(configuration))
    world, scopes = World(), settings.namespaces or EVERYWHERE
    app = application(world, scopes, settings.page_hosts)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
    watching = asyncio.create_task(watch_everything(door, world, scopes))
    try:
        await runner.setup()
        site = web.TCPSite(runner, port=settings.page_port)
        await site.start()
        sys.stderr.write(f"trainyard page: answering on port {_port(runner)}\n")
        await _first(watching, _stopped())
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await runner.cleanup()
        await door.cluster.close()
        await door.events.close()
    return 0


async def _first(watching: asyncio.Task[None], stopped: asyncio.Task[object]) -> None:
    """Return once asked to stop; an end of the watches is an error and is raised."""
    await asyncio.wait((watching, stopped), return_when=asyncio.FIRST_COMPLETED)
    if watching.done():
        watching.result()


def _stopped() -> asyncio.Task[object]:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return asyncio.create_task(stop.wait())


def _port(runner: web.AppRunner) -> int:
    return int(runner.addresses[0][1])
