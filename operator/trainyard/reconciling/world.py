"""What an observer may ask: objects of the cluster, from memory or live."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from trainyard.objects import Manifest, RawObject
from trainyard.ownership import MANAGED_BY, MANAGER
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.parsing import ResourceT, parse
from trainyard.reconciling.references import References


class World(Protocol):
    """Reads objects as the API server stores them; absence is None, faults are raised.

    The cached world answers from memory; the live world asks the API server. `kind` is one of
    the kinds in `trainyard.clients.kinds`.
    """

    @property
    def now(self) -> datetime:
        """The moment of the pass: some questions are only worth a request after a while."""
        ...

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """Return the object, or None when it does not exist."""
        ...

    async def load(self, model: type[ResourceT], namespace: str, name: str) -> ResourceT | None:
        """Return the typed object, or None when it does not exist; raises Unreadable."""
        ...

    async def list(
        self, kind: str, namespace: str, labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """Return the objects of the namespace that carry all of `labels`, ordered by name."""
        ...

    def has(self, kind: str) -> bool:
        """Tell whether the cluster has the kind, of those that it may do without."""
        ...

    async def referrers(self, kind: str, namespace: str, name: str, by: str) -> Sequence[str]:
        """Return the names of the objects of kind `by` that name this one, in order.

        From memory in both worlds: there is no other list of them.
        """
        ...

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """Return Events of type Warning about the object of that uid.

        Asked of the API server in both worlds: nobody watches Events.
        """
        ...

    async def refusal(self, manifest: Manifest) -> str:
        """Return why the API server would not create the object; empty: it would.

        Asked of the API server in both worlds: what it admits is known to nobody else.
        """
        ...


class _Listed(Protocol):
    @property
    def items(self) -> Sequence[RawObject]: ...


class Reader(Protocol):
    """The half of a cluster that reads."""

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """Return the object, or None when it does not exist."""
        ...

    async def list(
        self, kind: str, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> _Listed:
        """Return the objects that carry `labels`; no namespace means the whole cluster."""
        ...

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """Return Events of type Warning about the object of that uid."""
        ...

    async def refusal(self, manifest: Manifest) -> str:
        """Return why the API server would not create the object; empty: it would."""
        ...


class CachedWorld:
    """Answers from the cache: our kinds, Namespaces, and children that carry our label."""

    def __init__(
        self, cache: Cache, references: References, cluster: Reader, now: datetime
    ) -> None:
        self.now = now
        self._cache = cache
        self._references = references
        self._cluster = cluster

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """See World.get."""
        return self._cache.get(kind, namespace, name)

    async def load(self, model: type[ResourceT], namespace: str, name: str) -> ResourceT | None:
        """See World.load."""
        return self._cache.load(model, namespace, name)

    async def list(
        self, kind: str, namespace: str, labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """See World.list."""
        return self._cache.list(kind, namespace, labels)

    def has(self, kind: str) -> bool:
        """See World.has."""
        return self._cache.has(kind)

    async def referrers(self, kind: str, namespace: str, name: str, by: str) -> Sequence[str]:
        """See World.referrers."""
        return sorted(self._references.referrers(kind, (namespace, name), by))

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """See World.warnings."""
        return await self._cluster.warnings(namespace, uid)

    async def refusal(self, manifest: Manifest) -> str:
        """See World.refusal."""
        return await self._cluster.refusal(manifest)


class PartlyLiveWorld:
    """Asks the API server for some kinds, and answers from the cache for all others."""

    def __init__(self, live: World, cached: World, kinds: Collection[str]) -> None:
        self.now = live.now
        self._live = live
        self._cached = cached
        self._kinds = kinds

    def _world(self, kind: str) -> World:
        return self._live if kind in self._kinds else self._cached

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """See World.get."""
        return await self._world(kind).get(kind, namespace, name)

    async def load(self, model: type[ResourceT], namespace: str, name: str) -> ResourceT | None:
        """See World.load."""
        return await self._world(model.definition.kind).load(model, namespace, name)

    async def list(
        self, kind: str, namespace: str, labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """See World.list."""
        return await self._world(kind).list(kind, namespace, labels)

    def has(self, kind: str) -> bool:
        """See World.has."""
        return self._cached.has(kind)

    async def referrers(self, kind: str, namespace: str, name: str, by: str) -> Sequence[str]:
        """See World.referrers."""
        return await self._cached.referrers(kind, namespace, name, by)

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """See World.warnings."""
        return await self._live.warnings(namespace, uid)

    async def refusal(self, manifest: Manifest) -> str:
        """See World.refusal."""
        return await self._live.refusal(manifest)


class LiveWorld:
    """Asks the API server every time; lists show what the cache would: of children only ours."""

    def __init__(
        self,
        cluster: Reader,
        references: References,
        own_kinds: Collection[str],
        now: datetime,
    ) -> None:
        self.now = now
        self._cluster = cluster
        self._references = references
        self._own_kinds = own_kinds

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """See World.get."""
        return await self._cluster.get(kind, namespace, name)

    async def load(self, model: type[ResourceT], namespace: str, name: str) -> ResourceT | None:
        """See World.load."""
        raw = await self._cluster.get(model.definition.kind, namespace, name)
        return parse(model, raw) if raw is not None else None

    async def list(
        self, kind: str, namespace: str, labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """See World.list."""
        wanted = dict(labels or {})
        if kind not in self._own_kinds:
            wanted[MANAGED_BY] = MANAGER
        return (await self._cluster.list(kind, namespace, wanted)).items

    def has(self, kind: str) -> bool:  # noqa: ARG002
        """See World.has: whoever asks for what is not there is told so."""
        return True

    async def referrers(self, kind: str, namespace: str, name: str, by: str) -> Sequence[str]:
        """See World.referrers."""
        return sorted(self._references.referrers(kind, (namespace, name), by))

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """See World.warnings."""
        return await self._cluster.warnings(namespace, uid)

    async def refusal(self, manifest: Manifest) -> str:
        """See World.refusal."""
        return await self._cluster.refusal(manifest)
