"""Which objects name which, by an index that is kept with every change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from trainyard.objects import Name, RawObject

Named = tuple[str, str]
"""Kind and name of an object in the same namespace; of one elsewhere `namespace/name`."""
NamedBy = Callable[[RawObject], Iterable[Named]]
"""Yields what an object names; takes whatever is stored, however ill-formed."""


class References:
    """Answers in both directions; what is named need not exist."""

    def __init__(self, named_by: Mapping[str, NamedBy]) -> None:
        self._named_by = named_by
        self._named: dict[tuple[str, Name], frozenset[Named]] = {}
        self._referrers: defaultdict[tuple[str, Name], set[Named]] = defaultdict(set)

    def update(self, kind: str, name: Name, raw: RawObject | None) -> None:
        """Take note of what the object names now; None: it is gone."""
        read = self._named_by.get(kind)
        if read is None:
            return
        before = self._places(name, self._named.pop((kind, name), frozenset()))
        named = frozenset(read(raw)) if raw is not None else frozenset()
        after = self._places(name, named)
        if named:
            self._named[kind, name] = named
        for target, place in before - after:
            self._forget((target, place), (kind, seen_from(place[0], name)))
        for target, place in after - before:
            self._referrers[target, place].add((kind, seen_from(place[0], name)))

    def _places(self, name: Name, named: frozenset[Named]) -> set[tuple[str, Name]]:
        return {(target, placed(name[0], other)) for target, other in named}

    def named(self, kind: str, name: Name, target: str) -> set[str]:
        """Return the objects of kind `target` that this one names."""
        return {other for found, other in self._named.get((kind, name), ()) if found == target}

    def referrers(self, kind: str, name: Name, by: str) -> set[str]:
        """Return the objects of kind `by` that name this one."""
        return {own for found, own in self._referrers.get((kind, name), ()) if found == by}

    def _forget(self, target: tuple[str, Name], referrer: Named) -> None:
        left = self._referrers[target]
        left.discard(referrer)
        if not left:
            del self._referrers[target]


def placed(namespace: str, name: str) -> Name:
    """Return which object is meant by the name, as it is written in that namespace."""
    elsewhere, separator, own = name.rpartition("/")
    return (elsewhere, own) if separator else (namespace, own)


def seen_from(namespace: str, name: Name) -> str:
    """Return how the object is named in that namespace."""
    return name[1] if name[0] == namespace else "/".join(name)
