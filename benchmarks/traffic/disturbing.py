"""Who ends what, at every moment of a switch: the operator after each write, a router after each
change that is seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cluster.operator_process import Process, operator_process
from cluster.proxy import Exchange, Proxy
from cluster_access import kubeconfig

from benchmarks.traffic.place import Place

_DROPPED_SECONDS = 0.05
"""What the dead one still had in its sockets is dropped."""


@asynccontextmanager
async def killed_after_each_change(place: Place) -> AsyncIterator[Proxy]:
    """The operator ends after every single write that was done, and starts again."""
    node = place.node
    environment = node.environment()
    await node.kill()
    proxy = Proxy(Path(kubeconfig()))
    await proxy.start()
    environment["TRAINYARD_KUBECONFIG"] = str(proxy.write_kubeconfig(node.folder / "proxied"))
    log = node.folder / "operator.log"
    try:
        async with operator_process(environment, log, "serving") as process:

            async def next_life(_: Exchange) -> None:
                proxy.lives += 1
                proxy.down = True
                await process.kill()
                proxy.cut_watches()
                await asyncio.sleep(_DROPPED_SECONDS)
                proxy.down = False
                await process.start()

            await process.start()
            proxy.after_change = next_life
            yield proxy
            proxy.after_change = None
            await _ended(process)
    finally:
        await proxy.stop()
        await node.start()


async def _ended(process: Process) -> None:
    if process.pid:
        await process.kill()


@asynccontextmanager
async def routers_deleted(place: Place) -> AsyncIterator[list[str]]:
    """After each change one router goes while there are two, with its grace; gives their names."""
    gone: list[str] = []
    deleting = asyncio.create_task(_delete(place, gone))
    try:
        yield gone
    finally:
        deleting.cancel()
        await asyncio.gather(deleting, return_exceptions=True)


async def _delete(place: Place, gone: list[str]) -> None:
    while True:
        change = await place.trail.next_change()
        if not change.what.startswith("Service/"):
            continue
        routers = await asyncio.to_thread(place.routers)
        if len(routers) > 1:
            words = ("delete", "pod", routers[0], "--wait=false", "--ignore-not-found")
            await asyncio.to_thread(place.node.kubectl, *words)
            gone.append(routers[0])
