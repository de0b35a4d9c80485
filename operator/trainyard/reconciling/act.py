"""Carries out a plan: the only code that changes the cluster for a controller."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, assert_never

import structlog

from trainyard.clients.cluster import Cluster
from trainyard.clients.faults import AlreadyExists, ClusterFault, Conflict, NotFound
from trainyard.objects import Manifest, ObjectRef, RawObject
from trainyard.ownership import controller_uid
from trainyard.reconciling.audit import AuditTrail
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.events import event_manifest, repetition
from trainyard.reconciling.manifest_diff import contains, stamped
from trainyard.reconciling.namespaces import is_ending
from trainyard.reconciling.obstacles import carried_over, cleared
from trainyard.reconciling.plan import Action, Apply, Create, Delete, Patch, Plan, PlannedEvent

_IDENTITY = frozenset({"apiVersion", "kind", "metadata"})
_NEVER_CHANGED = frozenset({"Job", "ModelVersion", "NetworkPolicy"})

log = structlog.get_logger()


class ForeignChild(Exception):
    """The name of a child is taken by an object that is not ours; it is never adopted."""


class Executor:
    """Writes to the cluster, for one pass, and into the cache what came of it."""

    def __init__(self, cluster: Cluster, cache: Cache, trail: AuditTrail) -> None:
        self._cluster = cluster
        self._cache = cache
        self._trail = trail
        self._owner_exists = False
        """Known once the API server took the owner's status, or showed it to us."""

    async def carry_out(self, plan: Plan[Any], raw: RawObject, now: datetime) -> None:
        """Make status and children be as planned; what is so already costs no request.

        The status comes first, so that no deed is ever done that is not on record, and a stale
        or vanished owner stops everything. Raises the first `ClusterFault` or `ForeignChild`.
        """
        status = wanted_status(plan, raw)
        raw = await self.write_status(raw, carried_over(raw, status))
        try:
            for action in plan.actions:
                await self._do(action, raw, now)
            raw = await self.write_status(raw, cleared(status))
        except (ClusterFault, ForeignChild):
            # The next pass finds the decision in the status, and does not tell of it again.
            if self._owner_exists:
                await self._record_events(plan.events, raw, now)
            raise
        await self._record_events(plan.events, raw, now)

    async def write_status(self, raw: RawObject, status: Mapping[str, Any]) -> RawObject:
        """Return the object with this status; raises Conflict when it changed or went meanwhile."""
        if status == (raw.get("status") or {}):
            return raw
        try:
            written = self._remember(await self._cluster.put_status(raw, status))
        except NotFound as fault:
            raise Conflict(fault.request, fault.status, fault.message) from fault
        self._owner_exists = True
        self.tell(written)
        return written

    def tell(self, raw: RawObject) -> None:
        """Each decision on record of the object stands in the log."""
        for decision in self._trail.news(raw):
            log.info("decision", **decision)

    async def _record_events(
        self, events: Iterable[PlannedEvent], owner: RawObject, now: datetime
    ) -> None:
        """Record the Events; that one cannot be recorded holds nobody up."""
        for event in events:
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

    async def _do(self, action: Action, owner: RawObject, now: datetime) -> None:
        match action:
            case Apply(manifest):
                await self._apply(manifest, owner)
            case Create(manifest):
                await self._create(manifest, owner)
            case Patch(ref, changes):
                await self._patch(ref, changes)
            case Delete(ref):
                await self._delete(ref, now)
            case _:
                assert_never(action)

    async def _apply(self, manifest: Manifest, owner: RawObject) -> None:
        wanted = stamped(manifest)
        found = self._cache.get(*_place(manifest))
        if found is None:
            await self._confirm_owner(owner)
            try:
                made = await self._cluster.apply_new(wanted)
            except AlreadyExists as fault:
                # The cache cannot see it: it lacks our label, and may be anybody's.
                found = await self._taken(manifest, fault)
            else:
                self._remember(made)
                return
        _refuse_foreign(found, manifest)
        if is_ending(found) or contains(wanted, found) is None:
            return  # its deletion will wake us, and then it is made anew
        written = self._remember(await self._cluster.apply(wanted))
        if contains(wanted, written) is not None:
            # What others added to a list stays when ours is applied; a merge takes their place.
            whole = {key: value for key, value in wanted.items() if key not in _IDENTITY}
            self._remember(await self._cluster.patch(ObjectRef(*_place(manifest)), whole))

    async def _create(self, manifest: Manifest, owner: RawObject) -> None:
        found = self._cache.get(*_place(manifest))
        if found is None:
            await self._confirm_owner(owner)
            try:
                found = await self._cluster.create(manifest)
            except AlreadyExists as fault:
                found = await self._taken(manifest, fault)
        _refuse_foreign(found, manifest)
        self._remember(found)
        labels = {"metadata": {"labels": manifest["metadata"].get("labels") or {}}}
        if manifest["kind"] not in _NEVER_CHANGED and contains(labels, found) is not None:
            # Somebody took them away, and with them our view of its events.
            self._remember(await self._cluster.patch(ObjectRef(*_place(manifest)), labels))

    async def _taken(self, manifest: Manifest, fault: AlreadyExists) -> RawObject:
        """Return the object that has the name; raises Conflict when it went meanwhile."""
        found = await self._cluster.get(*_place(manifest))
        if found is None:
            raise Conflict(fault.request, fault.status, fault.message) from fault
        return found

    async def _confirm_owner(self, owner: RawObject) -> None:
        """Raise Conflict when the owner is gone.

        The deletion of children may be seen before that of their owner; they would be made once
        more, for the garbage collector to find.
        """
        if self._owner_exists:
            return
        current = await self._cluster.get(*_place(owner))
        uid = owner["metadata"]["uid"]
        if current is None or is_ending(current) or current["metadata"]["uid"] != uid:
            raise Conflict("confirm the owner", 409, f"{owner['kind']} is gone")
        self._owner_exists = True

    async def _patch(self, ref: ObjectRef, changes: Manifest) -> None:
        found = self._cache.get(ref.kind, ref.namespace, ref.name)
        if found is not None and contains(changes, found) is None:
            return
        try:
            self._remember(await self._cluster.patch(ref, changes))
        except NotFound as fault:
            raise Conflict(fault.request, fault.status, fault.message) from fault

    async def _delete(self, ref: ObjectRef, now: datetime) -> None:
        found = self._cache.get(ref.kind, ref.namespace, ref.name)
        if found is not None and is_ending(found) and found["metadata"]["uid"] == ref.uid:
            return
        await self._cluster.delete(ref)
        self._cache.set_ending(ref.kind, (ref.namespace, ref.name), ref.uid, now)

    def _remember(self, raw: RawObject) -> RawObject:
        """Remember what was written, so that the next pass does not act on an older view."""
        self._cache.put(raw["kind"], raw)
        return raw


def wanted_status(plan: Plan[Any], raw: RawObject) -> Mapping[str, Any]:
    """Return the status that the plan wants; the stored one where it wants none."""
    return plan.status.to_api() if plan.status is not None else raw.get("status") or {}


def writes_status(plan: Plan[Any], raw: RawObject) -> bool:
    """Tell whether a status is written before the first deed: refused when the object changed."""
    return carried_over(raw, wanted_status(plan, raw)) != (raw.get("status") or {})


def _refuse_foreign(found: RawObject, manifest: Manifest) -> None:
    """Raise ForeignChild when the manifest names a controller and `found` has another, or none.

    ModelVersions have no controller: their name says what they are made of.
    """
    wanted = controller_uid(manifest)
    if wanted and controller_uid(found) != wanted:
        raise ForeignChild(_remedy(found, manifest))


def _remedy(found: RawObject, manifest: Manifest) -> str:
    """Return what to do about a child that is not ours."""
    kind, namespace, name = _place(found)
    labels = manifest["metadata"].get("labels") or {}
    if not labels or not labels.items() <= (found["metadata"].get("labels") or {}).items():
        return (
            f"{kind} {namespace}/{name} exists and belongs to somebody else:"
            " delete or rename it, or rename this object"
        )
    owners = json.dumps({"metadata": {"ownerReferences": manifest["metadata"]["ownerReferences"]}})
    return (
        f"{kind} {namespace}/{name} has our labels and no owner or another one (it was orphaned, or"
        f" restored from a backup): delete it, or give it back by kubectl -n {namespace} patch"
        f" {kind.lower()} {name} --type merge -p '{owners}'"
    )


def _place(manifest: Manifest) -> tuple[str, str, str]:
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace", ""), metadata["name"]
