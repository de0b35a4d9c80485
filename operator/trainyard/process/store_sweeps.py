"""When is the store of a namespace swept? Once a day, where the installation says for how long
what nothing refers to is kept.

What is referred to is listed anew for every sweep, from the API server and not from memory. A list
that fails, or is empty, sweeps nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import date, datetime

import structlog

from trainyard.clients.cluster import Cluster
from trainyard.clients.faults import AlreadyExists, ClusterFault
from trainyard.installation import Installation
from trainyard.objects import RawObject
from trainyard.ownership import MANAGED_BY, MANAGER
from trainyard.retention.references import OWNERS, References, references_of
from trainyard.retention.sweep_job import LARGEST_TASK, due_at, sweep_job, sweep_task

LOOK_SECONDS = 900
_MADE_OF_THEM = ("Job", "Deployment")

log = structlog.get_logger()


class StoreSweeps:
    """Starts the Jobs; `namespaces`: those in which there are objects of ours."""

    def __init__(
        self,
        cluster: Cluster,
        installation: Installation,
        namespaces: Callable[[], Iterable[str]],
        clock: Callable[[], datetime],
    ) -> None:
        self._cluster = cluster
        self._installation = installation
        self._namespaces = namespaces
        self._clock = clock
        self._swept: dict[str, date] = {}

    async def run(self) -> None:
        """Have every namespace swept once a day until cancelled."""
        while True:
            for namespace in sorted(self._namespaces()):
                await self.sweep(namespace)
            await asyncio.sleep(LOOK_SECONDS)

    async def sweep(self, namespace: str) -> None:
        """The Job of today is there, unless something was in the way; then it is tried again."""
        now = self._clock()
        if self._swept.get(namespace) == now.date() or now < due_at(namespace, now):
            return
        try:
            references = await self._references(namespace)
            place = await self._cluster.get("Namespace", "", namespace)
            if place is None or not references.owners:
                return
            uid = place["metadata"]["uid"]
            task = sweep_task(references, self._installation.store_retention_days, now, uid)
            if len(task) > LARGEST_TASK:
                log.error("too many references for a sweep", namespace=namespace, bytes=len(task))
            else:
                await self._cluster.create(sweep_job(self._installation, namespace, task, now))
                log.info("store is swept", namespace=namespace, owners=len(references.owners))
        except AlreadyExists:
            pass  # another process, or this one before it was started anew
        except ClusterFault as fault:
            log.warning("store is not swept", namespace=namespace, fault=str(fault))
            return
        self._swept[namespace] = now.date()

    async def _references(self, namespace: str) -> References:
        objects: list[RawObject] = []
        for kind in OWNERS:
            async for page in self._cluster.pages(kind, namespace):
                objects += [{**raw, "kind": kind} for raw in page.items]
        for kind in _MADE_OF_THEM:
            async for page in self._cluster.pages(kind, namespace, {MANAGED_BY: MANAGER}):
                objects += [{**raw, "kind": kind} for raw in page.items]
        return references_of(objects)
