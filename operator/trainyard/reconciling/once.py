"""One pass over one object: parse → observe → decide → act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from trainyard.clients.cluster import Cluster
from trainyard.clients.faults import Forbidden, Refused
from trainyard.objects import RawObject, name_of
from trainyard.reconciling.act import Executor, ForeignChild, writes_status
from trainyard.reconciling.audit import AuditTrail
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.controller import Controller, StateSample
from trainyard.reconciling.installations import QUIET, others_at_work, remedy
from trainyard.reconciling.namespaces import is_ending, is_paused
from trainyard.reconciling.obstacles import ObstacleReason, status_with
from trainyard.reconciling.parsing import Unreadable, parse
from trainyard.reconciling.plan import Plan
from trainyard.reconciling.queue import Key
from trainyard.reconciling.references import References
from trainyard.reconciling.world import CachedWorld, LiveWorld, PartlyLiveWorld

PAUSED = "the Namespace carries the request `pause`: remove the annotation and work goes on"

MENDABLE: Mapping[type[Exception], ObstacleReason] = {
    ForeignChild: ObstacleReason.CHILD_NOT_OWNED,
    Refused: ObstacleReason.CHILD_REFUSED,
    Forbidden: ObstacleReason.CHILD_FORBIDDEN,
}
"""Faults that people can do something about, and what their condition says."""


Show = Callable[[Key, Iterable[StateSample]], None]


@dataclass(frozen=True, slots=True)
class Context:
    """What every pass works with."""

    controllers: Mapping[str, Controller]
    cluster: Cluster
    cache: Cache
    references: References
    now: Callable[[], datetime]
    """UTC, whole seconds: it ends up in statuses."""
    show: Show
    """Called with what /metrics is to show of the object; with nothing when it is gone."""
    installation: str
    """The name under which we write statuses."""
    since: datetime
    """When we began: what others wrote before is past."""
    trail: AuditTrail


async def reconcile_once(context: Context, key: Key) -> timedelta | None:
    """Bring one object nearer to what it asks for; return when to look again without an event.

    What users can mend becomes a condition. What the machine did is raised, as `ClusterFault`
    or as whatever a defect throws; a mendable fault is both, because somebody may mend it.
    """
    controller = context.controllers[key.controller]
    place = (controller.kind, key.namespace, key.name)
    raw = context.cache.get(*place)
    namespace = context.cache.get("Namespace", "", key.namespace) or {}
    if raw is None:
        _forget(context, key, place)
    if raw is None or is_ending(raw) or is_ending(namespace):
        return None
    now, executor = context.now(), Executor(context.cluster, context.cache, context.trail)
    executor.tell(raw)
    if is_paused(namespace):
        await executor.write_status(
            raw, status_with(raw, ObstacleReason.NAMESPACE_PAUSED, PAUSED, now)
        )
        return None
    if others := others_at_work(raw, context.installation, context.since, now):
        text = remedy(context.installation, others)
        await executor.write_status(
            raw, status_with(raw, ObstacleReason.LOOKED_AFTER_TWICE, text, now)
        )
        return QUIET
    try:
        plan, raw = await _decision(context, controller, raw, now)
        await executor.carry_out(plan, raw, now)
    except Unreadable as fault:
        reason = ObstacleReason.SPEC_UNREADABLE
        await executor.write_status(raw, status_with(raw, reason, str(fault), now))
        return None
    except tuple(MENDABLE) as fault:
        raw = context.cache.get(*place) or raw  # the status that was written before the deed failed
        reason = MENDABLE[type(fault)]
        await executor.write_status(raw, status_with(raw, reason, str(fault), now))
        raise
    return plan.again_after


def _forget(context: Context, key: Key, place: tuple[str, str, str]) -> None:
    context.show(key, ())
    context.trail.forget(place)


async def _decision(
    context: Context, controller: Controller, raw: RawObject, now: datetime
) -> tuple[Plan[Any], RawObject]:
    """Return the plan and the object it is for, both from live reads where the plan asks so."""
    cached = CachedWorld(context.cache, context.references, context.cluster, now)
    resource = context.cache.load(controller.model, *name_of(raw)) or parse(controller.model, raw)
    context.show(Key(controller.name, *name_of(raw)), controller.state(resource))
    plan = controller.decide(resource, await controller.observe(resource, cached), now)
    own_kinds = {found.kind for found in context.controllers.values()}
    live = LiveWorld(context.cluster, context.references, own_kinds, now)
    kinds: frozenset[str] | None = frozenset()
    is_live = False
    while plan.confirm_live:
        # A status that is written first is refused when the object changed: as good as a read.
        unsure = not is_live and not writes_status(plan, raw)
        if not unsure and _covered(plan.live_kinds, kinds):
            break
        if unsure:
            current = await live.get(controller.kind, *name_of(raw))
            if current is None or is_ending(current):
                return Plan(status=None), raw
            raw, resource, is_live = current, parse(controller.model, current), True
        kinds = None if kinds is None or plan.live_kinds is None else kinds | plan.live_kinds
        world = live if kinds is None else PartlyLiveWorld(live, cached, kinds)
        plan = controller.decide(resource, await controller.observe(resource, world), now)
    return plan, raw


def _covered(wanted: frozenset[str] | None, read: frozenset[str] | None) -> bool:
    """Tell whether all of these kinds were read live; None means all that is looked at."""
    return read is None or (wanted is not None and wanted <= read)
