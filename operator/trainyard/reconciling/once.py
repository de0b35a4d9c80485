"""One pass over one object: parse → observe → decide → act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from trainyard.api.base import Resource
from trainyard.clients.cluster import Cluster
from trainyard.clients.faults import Forbidden, Refused
from trainyard.reconciling.act import ForeignChild, Hand
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.controller import Controller
from trainyard.reconciling.namespaces import is_ending, is_held
from trainyard.reconciling.obstacles import ObstacleReason, status_with
from trainyard.reconciling.plan import Plan
from trainyard.reconciling.queue import Key
from trainyard.reconciling.world import RawObject, World
from trainyard.reconciling.worlds import CachedWorld, LiveWorld

HELD = "the Namespace carries the request `hold`: remove the annotation and work goes on"

MENDABLE: Mapping[type[Exception], ObstacleReason] = {
    ForeignChild: ObstacleReason.CHILD_NOT_OWNED,
    Refused: ObstacleReason.CHILD_REFUSED,
    Forbidden: ObstacleReason.CHILD_FORBIDDEN,
}
"""Faults that people can do something about, and what their condition says."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What every pass works with."""

    controllers: Mapping[str, Controller]
    cluster: Cluster
    cache: Cache
    now: Callable[[], datetime]
    """UTC, whole seconds: it ends up in statuses."""


async def reconcile_once(stage: Stage, key: Key) -> timedelta | None:
    """Bring one object nearer to what it asks for; return when to look again without an event.

    What users can mend becomes a condition. What the machine did is raised, as `ClusterFault`
    or as whatever a defect throws; a mendable fault is both, because somebody may mend it.
    """
    raw = stage.cache.get(*key)
    namespace = stage.cache.get("Namespace", "", key.namespace) or {}
    if raw is None or is_ending(raw) or is_ending(namespace):
        return None
    now, hand = stage.now(), Hand(stage.cluster, stage.cache)
    if is_held(namespace):
        await hand.write_status(raw, status_with(raw, ObstacleReason.NAMESPACE_HELD, HELD, now))
        return None
    try:
        plan, raw = await _decision(stage, stage.controllers[key.kind], raw, now)
        await hand.carry_out(plan, raw, now)
    except Unreadable as fault:
        reason = ObstacleReason.SPEC_UNREADABLE
        await hand.write_status(raw, status_with(raw, reason, str(fault), now))
        return None
    except tuple(MENDABLE) as fault:
        raw = stage.cache.get(*key) or raw  # the status that was written before the deed failed
        reason = MENDABLE[type(fault)]
        await hand.write_status(raw, status_with(raw, reason, str(fault), now))
        raise
    return plan.again_after


async def _decision(
    stage: Stage, controller: Controller, raw: RawObject, now: datetime
) -> tuple[Plan[Any], RawObject]:
    """Return the plan and the object it is for, both from live reads where the plan asks so."""
    plan = await _plan(controller, raw, CachedWorld(stage.cache), now)
    if not plan.confirm_live:
        return plan, raw
    live = LiveWorld(stage.cluster, own_kinds={*stage.controllers, "Namespace"})
    metadata = raw["metadata"]
    current = await live.get(controller.kind, metadata["namespace"], metadata["name"])
    if current is None or is_ending(current):
        return Plan(status=None), raw
    return await _plan(controller, current, live, now), current


async def _plan(controller: Controller, raw: RawObject, world: World, now: datetime) -> Plan[Any]:
    resource = parse(controller.model, raw)
    observed = await controller.observe(resource, world)
    return controller.decide(resource, observed, now)


class Unreadable(Exception):
    """The stored object does not fit our model: the CRD is of another version, or was bypassed."""


def parse(model: type[Resource], raw: RawObject) -> Resource:
    """Return the typed object; raises Unreadable with each field and what is wrong with it."""
    try:
        return model.model_validate(raw)
    except ValidationError as fault:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
            for error in fault.errors(include_url=False)
        )
        remedy = "correct the object, or install the CRDs that belong to this operator"
        raise Unreadable(f"{wrong}: {remedy}") from fault
