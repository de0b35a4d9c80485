"""Whose turn it is when something in the cluster changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from trainyard.ownership import MANAGED_BY, MANAGER, OWNER, OWNER_KIND
from trainyard.reconciling.cache import Cache, Scope, name_of
from trainyard.reconciling.controller import Controller
from trainyard.reconciling.queue import Key, WorkQueue
from trainyard.reconciling.world import RawObject

NAMESPACE = "Namespace"
GONE = "DELETED"


class Wakeups:
    """Keeps the cache as the cluster is, and queues the owners whom a change concerns."""

    def __init__(
        self, controllers: Mapping[str, Controller], cache: Cache, queue: WorkQueue
    ) -> None:
        self._controllers = controllers
        self._cache = cache
        self._queue = queue
        cache.tell(self._wake)
        self._by_singular = {c.model.definition.singular: kind for kind, c in controllers.items()}

    def on_event(self, kind: str, type_: str | None, raw: RawObject) -> None:
        """Take over one event of a watch; one that tells nothing new wakes nobody."""
        if type_ == GONE:
            self._cache.remove(kind, raw)
        else:
            self._cache.put(kind, raw)

    def on_list(self, scope: Scope, items: Iterable[RawObject], resource_version: int) -> None:
        """Take over a list; wakes whom the new, the changed and the vanished concern."""
        self._cache.replace(scope, items, resource_version)

    def wake_all(self) -> None:
        """Queue every object of ours: the backstop for whatever was missed."""
        for kind in self._controllers:
            for key in self._keys(kind):
                self._queue.add(key)

    def _wake(self, kind: str, raw: RawObject) -> None:
        for key in self._concerned(kind, raw):
            self._queue.add(key)

    def _concerned(self, kind: str, raw: RawObject) -> Iterator[Key]:
        namespace, name = name_of(raw)
        if kind == NAMESPACE:
            for own in self._controllers:
                yield from self._keys(own, name)
            return
        if kind in self._controllers:
            yield Key(kind, namespace, name)
        yield from self._owner(kind, raw)
        for reader, controller in self._controllers.items():
            if kind in controller.reads:
                yield from self._keys(reader, namespace)

    def _owner(self, kind: str, raw: RawObject) -> Iterator[Key]:
        namespace, _ = name_of(raw)
        labels = raw["metadata"].get("labels") or {}
        owner_kind = self._by_singular.get(labels.get(OWNER_KIND, ""))
        if owner_kind is None or labels.get(MANAGED_BY) != MANAGER:
            return
        if kind in self._controllers[owner_kind].children:
            yield Key(owner_kind, namespace, labels.get(OWNER, ""))

    def _keys(self, kind: str, namespace: str = "") -> Iterator[Key]:
        for raw in self._cache.list(kind, namespace):
            yield Key(kind, *name_of(raw))
