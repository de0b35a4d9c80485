"""What the operator knows of the cluster without asking: the newest version of each object."""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trainyard.api.base import Resource
from trainyard.objects import Name, RawObject, name_of, version_of
from trainyard.ownership import OWNER
from trainyard.reconciling.installations import status_writers
from trainyard.reconciling.parsing import ResourceT, parse

INDEXED = (OWNER, "batch.kubernetes.io/job-name")
"""Labels by which children are found without looking at all of their namespace."""
PARSED_KEPT = 200
"""Typed forms that are kept: those of the objects that were read last. Each is a hundred Python
objects, and a collection of garbage, which looks at them all, holds the event loop meanwhile."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True)
class Scope:
    """One collection that is listed and watched: a kind, everywhere or in one namespace."""

    kind: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it is kept: as JSON, which takes a fifth of the memory of its dictionaries."""

    version: int
    data: bytes
    labels: Mapping[str, str]
    """Those of the labels that are indexed."""

    def raw(self) -> dict[str, Any]:
        """Return the object."""
        found: dict[str, Any] = json.loads(self.data)
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """One object that turned out to be new, changed or gone."""

    kind: str
    name: Name
    before: Stored | None
    after: RawObject | None


class Cache:
    """Never goes back in time: what is older than what is known is ignored.

    Resource versions of one kind are comparable integers. That is what makes it safe to feed the
    cache from three sides: watch events, our own lists, and the answers to our own writes.
    """

    def __init__(self) -> None:
        self._objects: defaultdict[str, defaultdict[str, dict[str, Stored]]]
        self._objects = defaultdict(lambda: defaultdict(dict))
        """By kind, namespace and name."""
        self._labelled: defaultdict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        """Names by kind, namespace, label and its value."""
        self._parsed: OrderedDict[tuple[str, Name], tuple[int, Resource]] = OrderedDict()
        self._removed: defaultdict[str, dict[Name, int]] = defaultdict(dict)
        """Versions at which objects went, kept until a newer list confirms it."""
        self._listed: dict[Scope, int] = {}
        """Everything up to this version is in the cache already."""
        self._absent: set[str] = set()
        """Kinds that the cluster lacks."""
        self._on_change: Callable[[Change], None] = _nobody

    def has(self, kind: str) -> bool:
        """Tell whether the cluster has the kind, as far as is known."""
        return kind not in self._absent

    def set_present(self, kind: str, present: bool) -> None:
        """Take note of whether the cluster has the kind."""
        (self._absent.discard if present else self._absent.add)(kind)

    def subscribe(self, on_change: Callable[[Change], None]) -> None:
        """Have this called for all that is news from now on.

        The answers to our own writes are news too: other kinds read what was written.
        """
        self._on_change = on_change

    def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """Return the object, or None when it is not known."""
        stored = self._objects[kind][namespace].get(name)
        return stored.raw() if stored else None

    def load(self, model: type[ResourceT], namespace: str, name: str) -> ResourceT | None:
        """Return the typed object, parsed once per version; raises Unreadable."""
        kind = model.definition.kind
        stored = self._objects[kind][namespace].get(name)
        if stored is None:
            return None
        key = (kind, (namespace, name))
        version, parsed = self._parsed.get(key, (0, None))
        if not isinstance(parsed, model) or version != stored.version:
            parsed = parse(model, stored.raw())
        self._parsed[key] = (stored.version, parsed)
        self._parsed.move_to_end(key)
        if len(self._parsed) > PARSED_KEPT:
            self._parsed.popitem(last=False)
        return parsed

    def list(
        self, kind: str, namespace: str, labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """Return the objects of the namespace that carry `labels`, ordered by name."""
        wanted = dict(labels or {})
        objects = self._objects[kind][namespace]
        names: Iterable[str] = objects
        if indexed := next((label for label in INDEXED if label in wanted), None):
            names = self._labelled.get((kind, namespace, indexed, wanted[indexed]), ())
        found = (objects[name].raw() for name in sorted(names))
        return [raw for raw in found if wanted.items() <= raw["metadata"].get("labels", {}).items()]

    def names(self, kind: str, namespace: str = "") -> Sequence[Name]:
        """Return the names of all objects of the kind; no namespace means all."""
        places = [namespace] if namespace else list(self._objects[kind])
        return [(place, name) for place in places for name in self._objects[kind][place]]

    def put(self, kind: str, raw: RawObject) -> bool:
        """Tell whether the object was news; if so, it is what the cache holds now."""
        name, version = name_of(raw), version_of(raw)
        if version <= self._known_version(kind, name):
            return False
        slim = _slim(kind, raw)
        data = json.dumps(slim, separators=(",", ":"), default=str).encode()
        labels = slim["metadata"].get("labels") or {}
        indexed = {label: labels[label] for label in INDEXED if label in labels}
        before = self._store(kind, name, Stored(version, data, indexed))
        self._removed[kind].pop(name, None)
        self._on_change(Change(kind, name, before, slim))
        return True

    def remove(self, kind: str, raw: RawObject) -> bool:
        """Tell whether the deletion was news; if so, the object is gone."""
        name, version = name_of(raw), version_of(raw)
        if version < self._known_version(kind, name):
            return False
        self._removed[kind][name] = version
        return self._drop(kind, name)

    def set_ending(self, kind: str, name: Name, uid: str, now: datetime) -> None:
        """Take note that we deleted the object with this uid; that it is gone, its watch tells.

        Watches of other kinds may wake its owner before, who would delete it once more.
        """
        namespace, own = name
        held = self._objects[kind][namespace].get(own)
        raw = held.raw() if held else None
        if held is None or raw is None or raw["metadata"].get("uid") != uid:
            return
        raw["metadata"].setdefault("deletionTimestamp", now.isoformat(timespec="seconds"))
        data = json.dumps(raw, separators=(",", ":")).encode()
        self._store(kind, name, replace(held, data=data))
        self._parsed.pop((kind, name), None)

    def prune(self, scope: Scope, listed: Iterable[Name], resource_version: int) -> None:
        """Take note that at this version nothing else existed in the scope.

        A watch that was interrupted never tells of what vanished meanwhile; a list does.
        """
        gone = {*self.names(scope.kind, scope.namespace)} - {*listed}
        for place, name in gone:
            if self._objects[scope.kind][place][name].version <= resource_version:
                self._drop(scope.kind, (place, name))
        self._listed[scope] = max(resource_version, self._listed.get(scope, 0))
        removed = self._removed[scope.kind]
        for known in [known for known, version in removed.items() if version <= resource_version]:
            del removed[known]

    def _store(self, kind: str, name: Name, stored: Stored | None) -> Stored | None:
        """Put the object in the place of the one that is known, and return that."""
        namespace, own = name
        objects = self._objects[kind][namespace]
        before = objects.pop(own, None)
        if before is not None:
            for label, value in before.labels.items():
                self._labelled[kind, namespace, label, value].discard(own)
        if stored is not None:
            objects[own] = stored
            for label, value in stored.labels.items():
                self._labelled[kind, namespace, label, value].add(own)
        return before

    def _drop(self, kind: str, name: Name) -> bool:
        before = self._store(kind, name, None)
        self._parsed.pop((kind, name), None)
        if before is not None:
            self._on_change(Change(kind, name, before, None))
        return before is not None

    def _known_version(self, kind: str, name: Name) -> int:
        namespace, own = name
        held = self._objects[kind][namespace].get(own)
        return max(
            held.version if held else 0,
            self._removed[kind].get(name, 0),
            self._listed.get(Scope(kind), 0),
            self._listed.get(Scope(kind, namespace), 0),
        )


def _nobody(change: Change) -> None:
    """Until somebody subscribes, nobody is told."""


_NAMED = ("namespace", "name", "resourceVersion")


def _slim(kind: str, raw: RawObject) -> dict[str, Any]:
    """Return the object without what nobody reads and most of its memory goes to."""
    metadata = {key: value for key, value in raw["metadata"].items() if key != "managedFields"}
    if writers := status_writers(raw["metadata"]):
        metadata["managedFields"] = writers
    if LAST_APPLIED in (annotations := metadata.get("annotations") or {}):
        metadata["annotations"] = {k: v for k, v in annotations.items() if k != LAST_APPLIED}
    if kind == "ConfigMapMetadata":  # every one of the cluster: only its version matters
        return {"metadata": {k: metadata[k] for k in _NAMED if k in metadata}}
    slim = {**raw, "metadata": metadata}
    if kind == "Pod":
        slim.pop("spec", None)  # only what became of it matters
    return slim
