"""Fakes that behave: they satisfy the Protocols of the real things, in memory."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trainyard.clients.cluster import Listing
from trainyard.clients.faults import AlreadyExists, ClusterFault, Conflict, NotFound
from trainyard.objects import Manifest, ObjectRef, RawObject

Place = tuple[str, str, str]


@dataclass(slots=True)
class FakeCluster:
    """`Cluster` as the API server behaves: versions rise, guards hold, no-ops change nothing."""

    objects: dict[Place, dict[str, Any]] = field(default_factory=dict)
    writes: list[tuple[str, str, str]] = field(default_factory=list)
    """Verb, kind and name of every write that was tried."""
    faults: dict[tuple[str, str], ClusterFault] = field(default_factory=dict)
    """Raised for verb and kind until taken out."""
    version: int = 100

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """See Cluster.get."""
        self._meet_fault("get", kind)
        return copy.deepcopy(self.objects.get((kind, namespace, name)))

    async def list(
        self, kind: str, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> Listing:
        """See Cluster.list."""
        self._meet_fault("list", kind)
        wanted = (labels or {}).items()
        found = [
            copy.deepcopy(raw)
            for (k, place, _), raw in sorted(self.objects.items())
            if k == kind
            and namespace in ("", place)
            and wanted <= raw["metadata"].get("labels", {}).items()
        ]
        return Listing(tuple(found), self.version)

    async def pages(
        self, kind: str, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> AsyncIterator[Listing]:
        """See Cluster.pages; each has two objects."""
        whole = await self.list(kind, namespace, labels)
        for start in range(0, max(len(whole.items), 1), 2):
            yield Listing(whole.items[start : start + 2], whole.resource_version)

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """See Cluster.warnings."""
        events = (await self.list("Event", namespace)).items
        about = [event for event in events if event["involvedObject"]["uid"] == uid]
        return tuple(event for event in about if event["type"] == "Warning")

    async def refusal(self, manifest: Manifest) -> str:
        """See Cluster.refusal; everything would be created that is not there."""
        place = manifest["kind"], manifest["metadata"]["namespace"], manifest["metadata"]["name"]
        return "" if place not in self.objects else "it is there"

    async def apply(self, manifest: Manifest) -> RawObject:
        """See Cluster.apply."""
        place = self._write("apply", manifest)
        return self._store(place, _merged(self.objects.get(place, {}), manifest))

    async def apply_new(self, manifest: Manifest) -> RawObject:
        """See Cluster.apply_new."""
        place = self._write("apply", manifest)
        if place in self.objects:
            raise AlreadyExists("apply", 409, "taken")
        return self._store(place, manifest)

    async def create(self, manifest: Manifest) -> RawObject:
        """See Cluster.create."""
        place = self._write("create", manifest)
        if place in self.objects:
            raise AlreadyExists("create", 409, "taken")
        return self._store(place, manifest)

    async def patch(self, ref: ObjectRef, changes: Manifest) -> RawObject:
        """See Cluster.patch."""
        self.writes.append(("patch", ref.kind, ref.name))
        self._meet_fault("patch", ref.kind)
        found = self._guarded("patch", ref)
        return self._store((ref.kind, ref.namespace, ref.name), _merged(found, changes))

    async def delete(self, ref: ObjectRef) -> None:
        """See Cluster.delete."""
        self.writes.append(("delete", ref.kind, ref.name))
        self._meet_fault("delete", ref.kind)
        try:
            self._guarded("delete", ref)
        except NotFound:
            return
        del self.objects[ref.kind, ref.namespace, ref.name]
        self.version += 1

    async def put_status(self, seen: RawObject, status: Mapping[str, Any]) -> RawObject:
        """See Cluster.put_status."""
        place = self._write("put_status", seen)
        version = seen["metadata"]["resourceVersion"]
        ref = ObjectRef(*place, resource_version=version)
        return self._store(place, {**self._guarded("put_status", ref), "status": dict(status)})

    def _write(self, verb: str, manifest: Manifest) -> Place:
        metadata = manifest["metadata"]
        place = manifest["kind"], metadata.get("namespace", ""), metadata["name"]
        self.writes.append((verb, place[0], place[2]))
        self._meet_fault(verb, place[0])
        return place

    def _meet_fault(self, verb: str, kind: str) -> None:
        if fault := self.faults.get((verb, kind)):
            raise fault

    def _guarded(self, verb: str, ref: ObjectRef) -> dict[str, Any]:
        found = self.objects.get((ref.kind, ref.namespace, ref.name))
        if found is None:
            raise NotFound(verb, 404, "no such object")
        metadata = found["metadata"]
        if ref.resource_version not in ("", metadata["resourceVersion"]):
            raise Conflict(verb, 409, "the object has been modified")
        if ref.uid not in ("", metadata["uid"]):
            raise Conflict(verb, 409, "another uid")
        return found

    def _store(self, place: Place, manifest: Manifest) -> RawObject:
        stored = copy.deepcopy(dict(manifest))
        old = self.objects.get(place)
        if old == stored:
            return copy.deepcopy(stored)
        self.version += 1
        uid = old["metadata"]["uid"] if old else f"uid-{self.version}"
        stored["metadata"] = {
            "uid": uid,
            "generation": 1,
            **stored["metadata"],
            "resourceVersion": str(self.version),
        }
        self.objects[place] = stored
        return copy.deepcopy(stored)


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            merged[key] = _merged(merged.get(key) or {}, value)
        else:
            merged[key] = value
    return merged
