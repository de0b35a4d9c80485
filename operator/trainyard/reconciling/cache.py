"""What the operator knows of the cluster without asking: the newest version of each object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainyard.reconciling.world import RawObject

Name = tuple[str, str]
"""Namespace (empty for cluster-scoped kinds) and name."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One collection that is listed and watched: a kind, everywhere or in one namespace."""

    kind: str
    namespace: str = ""


class Cache:
    """Never goes back in time: what is older than what is known is ignored.

    Resource versions of one kind are comparable integers. That is what makes it safe to feed the
    cache from three sides: watch events, our own lists, and the answers to our own writes.
    """

    def __init__(self) -> None:
        self._objects: defaultdict[str, dict[Name, RawObject]] = defaultdict(dict)
        self._removed: defaultdict[str, dict[Name, int]] = defaultdict(dict)
        """Versions at which objects went, kept until a newer list confirms it."""
        self._listed: dict[Scope, int] = {}
        """Everything up to this version is in the cache already."""
        self._tell: Callable[[str, RawObject], None] = _nobody

    def tell(self, listener: Callable[[str, RawObject], None]) -> None:
        """Have the listener called with kind and object for all that is news from now on.

        The answers to our own writes are news too: other kinds read what was written.
        """
        self._tell = listener

    def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """Return the object, or None when it is not known."""
        return self._objects[kind].get((namespace, name))

    def list(
        self, kind: str, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """Return the objects that carry `labels`, ordered by name; no namespace means all."""
        found = (
            raw
            for (place, _), raw in sorted(self._objects[kind].items())
            if not namespace or place == namespace
        )
        wanted = (labels or {}).items()
        return [raw for raw in found if wanted <= raw["metadata"].get("labels", {}).items()]

    def put(self, kind: str, raw: RawObject) -> bool:
        """Tell whether the object was news; if so, it is what the cache holds now."""
        name = name_of(raw)
        if version_of(raw) <= self._known_version(kind, name):
            return False
        self._objects[kind][name] = _slim(raw)
        self._removed[kind].pop(name, None)
        self._tell(kind, raw)
        return True

    def remove(self, kind: str, raw: RawObject) -> bool:
        """Tell whether the deletion was news; if so, the object is gone."""
        name = name_of(raw)
        if version_of(raw) < self._known_version(kind, name):
            return False
        self._removed[kind][name] = version_of(raw)
        known = self._objects[kind].pop(name, None) is not None
        if known:
            self._tell(kind, raw)
        return known

    def replace(
        self, scope: Scope, items: Iterable[RawObject], resource_version: int
    ) -> Sequence[RawObject]:
        """Take over a list and return the objects that turned out to be new, changed or gone.

        A watch that was interrupted never tells of what vanished meanwhile; a list does.
        """
        listed = {name_of(raw): raw for raw in items}
        ghosts = [
            raw
            for name, raw in self._in_scope(scope)
            if name not in listed and version_of(raw) <= resource_version
        ]
        for ghost in ghosts:
            del self._objects[scope.kind][name_of(ghost)]
            self._tell(scope.kind, ghost)
        fresh = [raw for raw in listed.values() if self.put(scope.kind, raw)]
        self._listed[scope] = max(resource_version, self._listed.get(scope, 0))
        removed = self._removed[scope.kind]
        for name in [name for name, version in removed.items() if version <= resource_version]:
            del removed[name]
        return [*ghosts, *fresh]

    def _in_scope(self, scope: Scope) -> Sequence[tuple[Name, RawObject]]:
        return [
            (name, raw)
            for name, raw in self._objects[scope.kind].items()
            if not scope.namespace or name[0] == scope.namespace
        ]

    def _known_version(self, kind: str, name: Name) -> int:
        held = self._objects[kind].get(name)
        return max(
            version_of(held) if held else 0,
            self._removed[kind].get(name, 0),
            self._listed.get(Scope(kind), 0),
            self._listed.get(Scope(kind, name[0]), 0),
        )


def _nobody(kind: str, raw: RawObject) -> None:
    """Until somebody listens, nobody is told."""


def name_of(raw: RawObject) -> Name:
    """Return namespace and name of the object."""
    metadata = raw["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def version_of(raw: RawObject) -> int:
    """Return the object's resource version; API servers promise comparable integers."""
    return int(raw["metadata"]["resourceVersion"])


def _slim(raw: RawObject) -> dict[str, Any]:
    metadata = {key: value for key, value in raw["metadata"].items() if key != "managedFields"}
    return {**raw, "metadata": metadata}
