"""Keeps the cache true when watches did not: seeds it, prunes it, and looks again now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from trainyard.clients.cluster import Cluster
from trainyard.clients.faults import ClusterFault
from trainyard.ownership import MANAGED_BY, MANAGER
from trainyard.reconciling.cache import Scope
from trainyard.reconciling.wakeups import NAMESPACE, Wakeups

BACKSTOP_SECONDS = 600
NAMESPACE_SECONDS = 15
"""How soon a hold on a Namespace is seen where Namespaces cannot be watched."""
RETRY_SECONDS = 1

log = structlog.get_logger()


class Resync:
    """Lists with our own client after every list of the informer, and every ten minutes.

    The first list of a scope comes after the informer's, so that nothing falls in between: what
    was deleted before is missing in ours, what is deleted later is told by the watch. An operator
    that may not watch Namespaces gets its own ones again and again instead.
    """

    def __init__(
        self, cluster: Cluster, wakeups: Wakeups, scopes: Sequence[Scope], own_kinds: Sequence[str]
    ) -> None:
        self._cluster = cluster
        self._wakeups = wakeups
        self._own_kinds = own_kinds
        self._namespaces = sorted({scope.namespace for scope in scopes} - {""})
        self._wanted = {scope: asyncio.Event() for scope in scopes}
        self._unseeded = {*scopes, *(Scope(NAMESPACE, name) for name in self._namespaces)}
        self._seeded = asyncio.Event()

    def informer_listed(self, scope: Scope) -> None:
        """Have the scope listed by us too; called when the informer has listed it."""
        if scope in self._wanted:
            self._wanted[scope].set()

    async def seeded(self) -> None:
        """Return when every scope has been listed once: now decisions see the whole picture."""
        await self._seeded.wait()

    def unseeded(self) -> Sequence[Scope]:
        """Return what the informer or we could not list yet."""
        return sorted(self._unseeded, key=lambda scope: (scope.kind, scope.namespace))

    async def run(self) -> None:
        """Keep all scopes true until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for scope, wanted in self._wanted.items():
                tasks.create_task(self._keep(scope, wanted))
            for name in self._namespaces:
                tasks.create_task(self._look_at(name))
            tasks.create_task(self._backstop())

    async def _keep(self, scope: Scope, wanted: asyncio.Event) -> None:
        while True:
            await wanted.wait()
            wanted.clear()
            try:
                await self._list(scope)
            except ClusterFault as fault:
                log.warning("list failed", scope=scope.kind, fault=str(fault))
                wanted.set()
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._is_seeded(scope)

    async def _list(self, scope: Scope) -> None:
        whole = scope.kind in self._own_kinds or scope.kind == NAMESPACE
        labels: Mapping[str, str] = {} if whole else {MANAGED_BY: MANAGER}
        listing = await self._cluster.list(scope.kind, scope.namespace, labels)
        self._wakeups.on_list(scope, listing.items, listing.resource_version)

    async def _look_at(self, name: str) -> None:
        while True:
            wait = NAMESPACE_SECONDS
            try:
                raw = await self._cluster.get(NAMESPACE, "", name)
            except ClusterFault as fault:
                log.warning("cannot see whether the namespace is held", fault=str(fault))
                wait = RETRY_SECONDS
            else:
                if raw is not None:
                    self._wakeups.on_event(NAMESPACE, None, raw)
                self._is_seeded(Scope(NAMESPACE, name))
            await asyncio.sleep(wait)

    def _is_seeded(self, scope: Scope) -> None:
        self._unseeded.discard(scope)
        if not self._unseeded:
            self._seeded.set()

    async def _backstop(self) -> None:
        await self.seeded()
        while True:
            await asyncio.sleep(BACKSTOP_SECONDS)
            for wanted in self._wanted.values():
                wanted.set()
            self._wakeups.wake_all()
