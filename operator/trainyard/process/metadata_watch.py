"""Watches the kinds of which only the metadata is read: kopf has one watch for each resource.

Whatever ends a watch, the next goes on where it ended, or begins with a list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from trainyard.clients.cluster import Cluster
from trainyard.clients.faults import ClusterFault, Unavailable
from trainyard.clients.kinds import Kind
from trainyard.clients.watch_events import WatchEvents
from trainyard.process.kopf_wiring import SILENT_SECONDS, Watching, lasting_seconds
from trainyard.reconciling.cache import Scope

PAUSE_SECONDS = 1.0
"""Between two watches of a collection; what happens meanwhile the next one tells."""
LONGEST_PAUSE_SECONDS = 8.0
"""Between two that fail: less than what /livez allows."""

log = structlog.get_logger()


async def watch_metadata(events: WatchEvents, watches: Iterable[MetadataWatch]) -> None:
    """Watch all of these collections until cancelled; the connections are closed then."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for watch in watches:
                tasks.create_task(watch.run(events))
    finally:
        await events.close()


@dataclass(slots=True)
class MetadataWatch:
    """Of one collection."""

    kind: Kind
    scope: Scope
    cluster: Cluster
    watching: Watching
    _version: str = ""
    """From where to go on; empty: from a list."""
    _failures: int = 0
    """Since the last watch that opened."""

    async def run(self, events: WatchEvents) -> None:
        """Tell of all that happens, until cancelled."""
        while True:
            try:
                await self._follow(events)
            except ClusterFault as fault:
                if fault.status or not isinstance(fault, Unavailable):
                    self._version = ""  # the API server would not go on from there
                log.warning("watch failed", scope=self.scope.kind, fault=str(fault))
                self._failures += 1
            self.watching.streams.closed(self.scope)
            pause = PAUSE_SECONDS * 2 ** min(self._failures, 9)
            await asyncio.sleep(min(pause, LONGEST_PAUSE_SECONDS))

    async def _follow(self, events: WatchEvents) -> None:
        """Tell of one watch to its end; raises ClusterFault."""
        if not self._version:
            self._version = await self._newest()
            self.watching.on_listed(self.scope)
        async for event in events.since(
            self.kind,
            self.scope.namespace,
            self._version,
            lasting=lasting_seconds(self.watching),
            silent=SILENT_SECONDS,
        ):
            self._version = event.version or self._version
            if event.type == "OPENED":
                self._failures = 0
                self.watching.streams.opened(self.scope)
            elif event.type != "BOOKMARK":
                self.watching.on_event(self.scope.kind, event.type, event.object)

    async def _newest(self) -> str:
        """Return the version at which the collection is now."""
        async for page in self.cluster.pages(self.scope.kind, self.scope.namespace):
            return str(page.resource_version)
        raise Unavailable(f"list {self.scope.kind}", 0, "no page came")
