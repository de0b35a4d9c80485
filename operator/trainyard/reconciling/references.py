"""Which objects name which, by an index that is kept with every change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from trainyard.objects import Name, RawObject

Named = tuple[str, str]
"""Kind and name of an object in the same namespace."""
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
        before = self._named.pop((kind, name), frozenset())
        after = frozenset(read(raw)) if raw is not None else frozenset()
        if after:
            self._named[kind, name] = after
        namespace, own = name
        for target, other in before - after:
            self._forget((target, (namespace, other)), (kind, own))
        for target, other in after - before:
            self._referrers[target, (namespace, other)].add((kind, own))

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
