"""The two worlds an observer may look at: from memory, and live."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from trainyard.clients.cluster import Cluster
from trainyard.ownership import MANAGED_BY, MANAGER
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.world import RawObject


class CachedWorld:
    """Answers from the cache: our kinds, Namespaces, and children that carry our label."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """See World.get."""
        return self._cache.get(kind, namespace, name)

    async def list(
        self, kind: str, namespace: str, labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """See World.list."""
        return self._cache.list(kind, namespace, labels)


class LiveWorld:
    """Asks the API server every time; lists show what the cache would: of children only ours."""

    def __init__(self, cluster: Cluster, own_kinds: Collection[str]) -> None:
        self._cluster = cluster
        self._own_kinds = own_kinds

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """See World.get."""
        return await self._cluster.get(kind, namespace, name)

    async def list(
        self, kind: str, namespace: str, labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """See World.list."""
        wanted = dict(labels or {})
        if kind not in self._own_kinds:
            wanted[MANAGED_BY] = MANAGER
        return (await self._cluster.list(kind, namespace, wanted)).items
