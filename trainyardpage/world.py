"""All objects of ours as they were last told, by namespace."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trainyardctl.names import KINDS
from trainyardctl.snapshot import Raw, Snapshot, at, name_of
from trainyardpage.trail import NOTHING, Trail, trail_after

SHOWN = (*KINDS, "Approval")
"""The kinds that the page reads."""
_Key = tuple[str, str]
_RELEASED = "ModelDeployment"


class World:
    """What the page shows; whoever waits for a change is woken by it."""

    def __init__(self) -> None:
        self._objects: dict[str, dict[_Key, Raw]] = {kind: {} for kind in SHOWN}
        self._trails: dict[_Key, Trail] = {}
        self._faults: dict[_Key, str] = {}
        self._heard: set[_Key] = set()
        self._changed = asyncio.Event()
        self.generation = 0
        """Rises with every change."""

    def replace(self, kind: str, scope: str, objects: Iterable[Raw]) -> None:
        """These, and no others, are there of the kind in the namespace; empty: everywhere."""
        kept = {k: raw for k, raw in self._objects[kind].items() if scope and k[0] != scope}
        self._objects[kind] = kept | {_key(raw): _light(raw) for raw in objects}
        if kind == _RELEASED:
            there = self._objects[kind]
            self._trails = {key: self._trail(key, raw) for key, raw in there.items()}
        self._heard.add((kind, scope))
        self._faults.pop((kind, scope), None)
        self._tell()

    def put(self, kind: str, raw: Raw) -> None:
        """The object is as it is here."""
        self._objects[kind][_key(raw)] = _light(raw)
        if kind == _RELEASED:
            self._trails[_key(raw)] = self._trail(_key(raw), raw)
        self._tell()

    def remove(self, kind: str, raw: Raw) -> None:
        """The object is gone."""
        self._objects[kind].pop(_key(raw), None)
        if kind == _RELEASED:
            self._trails.pop(_key(raw), None)
        self._tell()

    def fail(self, kind: str, scope: str, sentence: str) -> None:
        """The kind cannot be read; what was known of it is shown with this sentence."""
        if self._faults.get((kind, scope)) != sentence:
            self._faults[kind, scope] = sentence
            self._tell()

    @property
    def faults(self) -> Sequence[str]:
        """Why what is shown may be old, a sentence for each kind and scope."""
        return tuple(f"{kind}: {sentence}" for (kind, _), sentence in sorted(self._faults.items()))

    def unheard(self, scopes: Sequence[str]) -> Sequence[str]:
        """Return the kinds that were not read yet in all of these scopes."""
        return tuple(k for k in SHOWN if any((k, s) not in self._heard for s in scopes))

    def of(self, kind: str) -> Sequence[Raw]:
        """Return all objects of the kind, by namespace and name."""
        return tuple(raw for _, raw in sorted(self._objects[kind].items(), key=lambda one: one[0]))

    def snapshot(self, namespace: str) -> Snapshot:
        """Return the objects of the namespace."""
        found = {
            kind: tuple(all_of[key] for key in sorted(k for k in all_of if k[0] == namespace))
            for kind, all_of in self._objects.items()
        }
        return Snapshot(namespace, found)

    def trail(self, namespace: str, name: str) -> Trail:
        """Return what was seen of the ModelDeployment's last release."""
        return self._trails.get((namespace, name), NOTHING)

    def _trail(self, key: _Key, raw: Raw) -> Trail:
        return trail_after(self._trails.get(key, NOTHING), raw)

    async def after(self, generation: int) -> int:
        """Return the generation once it is another than this one."""
        while self.generation == generation:
            await self._changed.wait()
        return self.generation

    def _tell(self) -> None:
        self.generation += 1
        self._changed.set()
        self._changed = asyncio.Event()


def _key(raw: Raw) -> _Key:
    return str(at(raw, "metadata.namespace") or ""), name_of(raw)


def _light(raw: Raw) -> Raw:
    """Return the object without the part that only API servers read, which is as large."""
    metadata: Mapping[str, Any] = raw.get("metadata") or {}
    kept = {key: value for key, value in metadata.items() if key != "managedFields"}
    return {**raw, "metadata": kept}
