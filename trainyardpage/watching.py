"""How does the page hear of every change? It lists each kind once, and watches from there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from trainyard.clients.cluster import KubernetesCluster
from trainyard.clients.faults import ClusterFault, Gone, NotFound
from trainyard.clients.kinds import KINDS as OBJECT_KINDS
from trainyard.clients.watch_events import WatchEvents
from trainyardpage.world import SHOWN, World

LASTING_SECONDS = 300
SILENT_SECONDS = 30
AGAIN_SECONDS = (1.0, 2.0, 5.0, 15.0)
"""Pauses after faults in a row; the last one goes on."""
INSTALLED_LATER_SECONDS = 60
"""A cluster of an older installation lacks a kind until somebody installs it."""
EVERYWHERE = ("",)


@dataclass(frozen=True, slots=True)
class Door:
    """The two ways of asking an API server for objects."""

    cluster: KubernetesCluster
    events: WatchEvents


async def watch_everything(door: Door, world: World, scopes: Sequence[str]) -> None:
    """Keep the world as the cluster is, until the task is cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for kind in SHOWN:
            for scope in scopes:
                tasks.create_task(_keep(door, world, kind, scope))


async def _keep(door: Door, world: World, kind: str, scope: str) -> None:
    faults = 0
    while True:
        try:
            listing = await door.cluster.list(kind, scope)
            world.replace(kind, scope, listing.items)
            faults = 0
            await _follow(door, world, kind, scope, str(listing.resource_version))
        except Gone:
            continue  # too old to go on from: list again
        except ClusterFault as fault:
            if isinstance(fault, NotFound) and OBJECT_KINDS[kind].optional:
                world.replace(kind, scope, ())
                await asyncio.sleep(INSTALLED_LATER_SECONDS)
                continue
            world.fail(kind, scope, str(fault))
            await asyncio.sleep(AGAIN_SECONDS[min(faults, len(AGAIN_SECONDS) - 1)])
            faults += 1


async def _follow(door: Door, world: World, kind: str, scope: str, version: str) -> None:
    """Carry every event into the world; raises ClusterFault where the watch breaks."""
    found = OBJECT_KINDS[kind]
    while True:
        watch = door.events.since(
            found, scope, version, lasting=LASTING_SECONDS, silent=SILENT_SECONDS
        )
        async for event in watch:
            version = event.version or version
            match event.type:
                case "ADDED" | "MODIFIED":
                    world.put(kind, event.object)
                case "DELETED":
                    world.remove(kind, event.object)
