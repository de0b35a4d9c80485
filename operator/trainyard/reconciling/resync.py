"""Keeps the cache true when watches did not: seeds it, prunes it, lists again now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import structlog

from trainyard.clients.cluster import Cluster
from trainyard.clients.faults import ClusterFault, NotFound
from trainyard.objects import Name
from trainyard.ownership import MANAGED_BY, MANAGER
from trainyard.reconciling.cache import Scope
from trainyard.reconciling.wakeups import NAMESPACE, Wakeups

BACKSTOP_SECONDS = 600
SWEEP_SECONDS = 3600
"""In this time every object is looked at, evenly spread: what a wake-up missed is found."""
SWEEP_PAUSE_SECONDS = 1.0
"""Between two of them, at least: a large fleet takes longer, and never costs more."""
NAMESPACE_SECONDS = 15
"""How soon a pause of a Namespace is seen where Namespaces cannot be watched."""
RETRY_SECONDS = 1
LONGEST_RETRY_SECONDS = 16
AT_ONCE = 50
"""Objects that are taken over before others get their turn."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scopes:
    """What is listed and watched."""

    all: Sequence[Scope]
    whole: Collection[str]
    """Kinds that are watched whole; of the others only what carries our label."""
    optional: Collection[str] = ()
    """Kinds that the cluster may do without."""


class Resync:
    """Lists with our own client whenever the informer starts to watch, and every ten minutes.

    The first list of a scope comes after the informer's, so that nothing falls in between: what
    was deleted before is missing in ours, what is deleted later is told by the watch. An operator
    that may not watch Namespaces gets its own ones again and again instead.
    """

    def __init__(
        self,
        cluster: Cluster,
        wakeups: Wakeups,
        scopes: Scopes,
        on_presence: Callable[[str, bool], None],
    ) -> None:
        self._cluster = cluster
        self._wakeups = wakeups
        self._scopes = scopes
        self._on_presence = on_presence
        self._namespaces = sorted({scope.namespace for scope in scopes.all} - {""})
        self._wanted = {scope: asyncio.Event() for scope in scopes.all}
        self._unseeded = {*scopes.all, *(Scope(NAMESPACE, name) for name in self._namespaces)}
        self._seeded = asyncio.Event()
        self._one_list = asyncio.Lock()

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
                if scope.kind in self._scopes.optional:
                    tasks.create_task(self._look_for(scope))
            for name in self._namespaces:
                tasks.create_task(self._look_at(name))
            tasks.create_task(self._list_again())
            tasks.create_task(self._sweep())

    async def _keep(self, scope: Scope, wanted: asyncio.Event) -> None:
        wait = RETRY_SECONDS
        while True:
            await wanted.wait()
            wanted.clear()
            try:
                await self._list(scope)
            except ClusterFault as fault:
                if self._is_absent(scope, fault):
                    continue  # the informer, or the list of all, tells when it comes
                log.warning("list failed", scope=scope.kind, fault=str(fault), again_after=wait)
                wanted.set()
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_RETRY_SECONDS)
                continue
            wait = RETRY_SECONDS
            self._is_seeded(scope)
            if scope.kind in self._scopes.optional:
                self._on_presence(scope.kind, True)

    async def _look_for(self, scope: Scope) -> None:
        """Find out whether the optional kind is there; without it the informer never lists it."""
        while True:
            try:
                await self._list(scope)
            except ClusterFault as fault:
                if self._is_absent(scope, fault):
                    return
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    def _is_absent(self, scope: Scope, fault: ClusterFault) -> bool:
        """Tell whether an optional kind is not there, and take note of it."""
        if scope.kind not in self._scopes.optional or not isinstance(fault, NotFound):
            return False
        log.info("the cluster does without an optional kind", kind=scope.kind)
        self._on_presence(scope.kind, False)
        self._is_seeded(scope)
        return True

    async def _list(self, scope: Scope) -> None:
        whole = scope.kind in self._scopes.whole
        labels: Mapping[str, str] = {} if whole else {MANAGED_BY: MANAGER}
        listed: list[Name] = []
        pages = self._cluster.pages(scope.kind, scope.namespace, labels)
        async with self._one_list:  # several pages in one turn of the event loop would hold it
            async for page in pages:
                version = page.resource_version
                for start in range(0, len(page.items), AT_ONCE):
                    await asyncio.sleep(0)
                    some = page.items[start : start + AT_ONCE]
                    listed += self._wakeups.on_page(scope.kind, some)
        self._wakeups.on_listed(scope, listed, version)

    async def _look_at(self, name: str) -> None:
        while True:
            wait = NAMESPACE_SECONDS
            try:
                raw = await self._cluster.get(NAMESPACE, "", name)
            except ClusterFault as fault:
                log.warning("cannot see whether the namespace is paused", fault=str(fault))
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

    async def _list_again(self) -> None:
        await self.seeded()
        while True:
            await asyncio.sleep(BACKSTOP_SECONDS)
            for wanted in self._wanted.values():
                wanted.set()

    async def _sweep(self) -> None:
        """Look at each object once in a while, one by one."""
        await self.seeded()
        while True:
            keys = self._wakeups.keys()
            for key in keys:
                await asyncio.sleep(pause_between(len(keys)))
                self._wakeups.wake(key)
            if not keys:
                await asyncio.sleep(SWEEP_SECONDS)


def pause_between(objects: int) -> float:
    """Return the seconds from one look of the sweep to the next."""
    return max(SWEEP_SECONDS / objects, SWEEP_PAUSE_SECONDS)
