"""Carries out a plan: the only code that changes the cluster for a controller."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

import structlog

from trainyard.clients.cluster import Cluster
from trainyard.clients.faults import AlreadyExists, ClusterFault, Conflict, NotFound
from trainyard.ownership import controller_uid
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.drift import contains, stamped
from trainyard.reconciling.events import event_manifest, repetition
from trainyard.reconciling.namespaces import is_ending
from trainyard.reconciling.obstacles import carried_over, cleared
from trainyard.reconciling.plan import (
    Action,
    Apply,
    Create,
    Delete,
    Manifest,
    ObjectRef,
    Patch,
    Plan,
    PlannedEvent,
)
from trainyard.reconciling.world import RawObject

log = structlog.get_logger()


class ForeignChild(Exception):
    """The name of a child is taken by an object that is not ours; it is never adopted."""


class Hand:
    """Writes to the cluster, for one pass, and into the cache what came of it."""

    def __init__(self, cluster: Cluster, cache: Cache) -> None:
        self._cluster = cluster
        self._cache = cache
        self._owner_lives = False
        """Known once the API server took the owner's status, or showed it to us."""

    async def carry_out(self, plan: Plan[Any], raw: RawObject, now: datetime) -> None:
        """Make status and children be as planned; what is so already costs no request.

        The status comes first, so that no deed is ever done that is not on record, and a stale
        or vanished owner stops everything. Raises the first `ClusterFault` or `ForeignChild`.
        """
        status = plan.status.to_api() if plan.status is not None else raw.get("status") or {}
        raw = await self.write_status(raw, carried_over(raw, status))
        for action in plan.actions:
            await self._do(action, raw)
        raw = await self.write_status(raw, cleared(status))
        for event in plan.events:
            await self.tell(event, raw, now)

    async def write_status(self, raw: RawObject, status: Mapping[str, Any]) -> RawObject:
        """Return the object with this status; raises Conflict when it changed meanwhile."""
        if status == (raw.get("status") or {}):
            return raw
        written = self._seen(await self._cluster.put_status(raw, status))
        self._owner_lives = True
        return written

    async def tell(self, event: PlannedEvent, owner: RawObject, now: datetime) -> None:
        """Record the Event; that it cannot be recorded holds nobody up."""
        manifest = event_manifest(owner, event, now)
        try:
            try:
                await self._cluster.create(manifest)
            except AlreadyExists:
                await self._count(manifest, now)
        except ClusterFault as fault:
            log.warning("event not recorded", reason=event.reason, fault=str(fault))

    async def _count(self, event: Manifest, now: datetime) -> None:
        place = _place(event)
        stored = await self._cluster.get(*place)
        changes = repetition(stored, now) if stored else None
        if changes:
            await self._cluster.patch(ObjectRef(*place), changes)

    async def _do(self, action: Action, owner: RawObject) -> None:
        match action:
            case Apply(manifest):
                await self._apply(manifest, owner)
            case Create(manifest):
                await self._create(manifest, owner)
            case Patch(ref, changes):
                await self._patch(ref, changes)
            case Delete(ref):
                await self._cluster.delete(ref)
            case _:
                assert_never(action)

    async def _apply(self, manifest: Manifest, owner: RawObject) -> None:
        wanted = stamped(manifest)
        place = _place(manifest)
        # Applying would silently take over what the cache cannot see: objects without our label.
        found = self._cache.get(*place) or await self._cluster.get(*place)
        if found is None:
            await self._be_sure_of(owner)
        else:
            _refuse_foreign(found, manifest)
            if is_ending(found) or contains(wanted, found) is None:
                return  # its deletion will wake us, and then it is made anew
        self._seen(await self._cluster.apply(wanted))

    async def _create(self, manifest: Manifest, owner: RawObject) -> None:
        place = _place(manifest)
        found = self._cache.get(*place)
        if found is None:
            await self._be_sure_of(owner)
            try:
                found = await self._cluster.create(manifest)
            except AlreadyExists as fault:
                found = await self._cluster.get(*place)
                if found is None:
                    raise Conflict(fault.request, fault.status, fault.message) from fault
        _refuse_foreign(found, manifest)
        self._seen(found)

    async def _be_sure_of(self, owner: RawObject) -> None:
        """Raise Conflict when the owner is gone.

        The deletion of children may be seen before that of their owner; they would be made once
        more, for the garbage collector to find.
        """
        if self._owner_lives:
            return
        current = await self._cluster.get(*_place(owner))
        uid = owner["metadata"]["uid"]
        if current is None or is_ending(current) or current["metadata"]["uid"] != uid:
            raise Conflict("be sure of the owner", 409, f"{owner['kind']} is gone")
        self._owner_lives = True

    async def _patch(self, ref: ObjectRef, changes: Manifest) -> None:
        found = self._cache.get(ref.kind, ref.namespace, ref.name)
        if found is not None and contains(changes, found) is None:
            return
        try:
            self._seen(await self._cluster.patch(ref, changes))
        except NotFound as fault:
            raise Conflict(fault.request, fault.status, fault.message) from fault

    def _seen(self, raw: RawObject) -> RawObject:
        """Remember what was written, so that the next pass does not act on an older view."""
        self._cache.put(raw["kind"], raw)
        return raw


def _refuse_foreign(found: RawObject, manifest: Manifest) -> None:
    """Raise ForeignChild when the manifest names a controller and `found` has another, or none.

    ModelVersions have no controller: their name says what they are made of.
    """
    wanted = controller_uid(manifest)
    if wanted and controller_uid(found) != wanted:
        kind, namespace, name = _place(found)
        raise ForeignChild(
            f"{kind} {namespace}/{name} exists and belongs to somebody else:"
            " delete or rename it, or rename this object"
        )


def _place(manifest: Manifest) -> tuple[str, str, str]:
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace", ""), metadata["name"]
