"""Which objects are looked at when something in the cluster changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from trainyard.objects import Name, RawObject, name_of
from trainyard.ownership import MANAGED_BY, MANAGER, OWNER, OWNER_KIND
from trainyard.reconciling.cache import Cache, Change, Scope
from trainyard.reconciling.controller import Controller, Reads
from trainyard.reconciling.namespaces import asks
from trainyard.reconciling.queue import Key, WorkQueue
from trainyard.reconciling.references import References, placed

NAMESPACE = "Namespace"
GONE = "DELETED"


class Wakeups:
    """Keeps the cache as the cluster is, and queues the objects whom a change concerns."""

    def __init__(
        self,
        controllers: Mapping[str, Controller],
        cache: Cache,
        references: References,
        queue: WorkQueue,
    ) -> None:
        self._controllers = controllers
        self._cache = cache
        self._references = references
        self._queue = queue
        cache.subscribe(self._on_change)

    def on_event(self, kind: str, type_: str | None, raw: RawObject) -> None:
        """Take over one event of a watch; one that tells nothing new wakes nobody."""
        if type_ == GONE:
            self._cache.remove(kind, raw)
        else:
            self._cache.put(kind, raw)

    def on_page(self, kind: str, items: Iterable[RawObject]) -> Sequence[Name]:
        """Take over a page of a list, and return whom it named."""
        names = []
        for raw in items:
            self._cache.put(kind, raw)
            names.append(name_of(raw))
        return names

    def on_listed(self, scope: Scope, listed: Iterable[Name], resource_version: int) -> None:
        """Forget what a complete list did not name; wakes whom the vanished concern."""
        self._cache.prune(scope, listed, resource_version)

    def wake(self, key: Key) -> None:
        """Have the object looked at, though nothing is known to have changed."""
        self._queue.add(key)

    def keys(self) -> Sequence[Key]:
        """Return the key of every object that is looked after."""
        return [key for controller in self._controllers.values() for key in self._keys(controller)]

    def _on_change(self, change: Change) -> None:
        before = change.before.raw() if change.before else None  # read once for all who look
        reading = [*self._reading(change, before)]
        woken = {*self._readers(reading, change.name)}
        self._references.update(change.kind, change.name, change.after)
        woken |= {*self._readers(reading, change.name)}
        for key in (*woken, *self._concerned(change, before or {})):
            self._queue.add(key)

    def _reading(self, change: Change, before: RawObject | None) -> Iterator[tuple[str, Reads]]:
        """Yield the controllers that look at the part of the kind that changed."""
        for controller in self._controllers.values():
            for reads in controller.reads:
                if reads.kind == change.kind and _is_seen(reads, before, change.after):
                    yield controller.name, reads

    def _readers(self, reading: Iterable[tuple[str, Reads]], name: Name) -> Iterator[Key]:
        """Yield who reads the object, by what is known of references at this moment."""
        for controller, reads in reading:
            for reader in reads.readers(self._references, name):
                yield Key(controller, *placed(name[0], reader))

    def _concerned(self, change: Change, before: RawObject) -> Iterator[Key]:
        namespace, name = change.name
        after = change.after or {}
        for controller in self._controllers.values():
            if change.kind == controller.kind:
                yield Key(controller.name, namespace, name)
            elif change.kind == NAMESPACE and asks(before) != asks(after):
                yield from self._keys(controller, name)
            elif change.kind in controller.children:
                owners = {_owner(controller, raw) for raw in (before, after)} - {""}
                yield from (Key(controller.name, namespace, owner) for owner in owners)

    def _keys(self, controller: Controller, namespace: str = "") -> Iterator[Key]:
        for name in self._cache.names(controller.kind, namespace):
            yield Key(controller.name, *name)


def _owner(controller: Controller, child: RawObject) -> str:
    """Return the object of the controller that its labels name as owner; empty where none."""
    labels = child.get("metadata", {}).get("labels") or {}
    ours = labels.get(MANAGED_BY) == MANAGER
    same = labels.get(OWNER_KIND) == controller.model.definition.singular
    return labels.get(OWNER, "") if ours and same else ""


def _is_seen(reads: Reads, before: RawObject | None, after: RawObject | None) -> bool:
    if before is None or after is None:
        return True
    return reads.view(before) != reads.view(after)
