"""How a lost status is read again from the children, without moving traffic."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentReason as Reason,
)
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.rollout.moves import with_traffic_at_rest
from trainyard.model_deployments.view import Turn, View

STABLE, CANARY = "stable", "canary"


def rebuilt(view: View, turn: Turn) -> Turn:
    """Return the status as the children tell it when the stored one knows of none of them.

    Roles are labels of the revisions' Deployments, their records annotations; weights, number and
    step of the rollout are annotations of what carries the traffic. Evidence starts anew;
    quarantine is read from the user-facing Service.
    """
    status, observed = turn.status, view.observed
    if status.routing_generation or status.stable is not None or status.canary is not None:
        return turn
    stable, canary = _with_role(view, STABLE), _with_role(view, CANARY)
    if stable is None and canary is None:
        return turn
    if canary is None and not (observed.carrier.traffic or observed.carrier.router_uid):
        stable, canary = None, stable  # a first version that was not let in yet
    after = turn.changed(
        stable=stable,
        canary=canary,
        routing_generation=observed.carrier.generation or 0,
        quarantine=observed.quarantine,
        image_refresh=next((r.image_refresh for r in (canary, stable) if r is not None), ""),
    )
    after = _with_carried(view, after)
    known = {r.revision for r in (stable, canary) if r is not None}
    names = ", ".join(sorted(known))
    message = f"the status was empty and was read again from the children: {names}"
    return after.noted(Reason.REBUILT, message, warning=True)


def _with_role(view: View, role: str) -> Revision | None:
    observed = view.observed
    names = sorted(name for name, found in observed.workloads.items() if found.role == role)
    return next((observed.records[name] for name in names if name in observed.records), None)


def _with_carried(view: View, turn: Turn) -> Turn:
    """Return the status with the traffic as it is carried; a rollout without record begins anew."""
    carrier, canary = view.observed.carrier, turn.status.canary
    known = {r.revision for r in (turn.status.stable, canary) if r is not None}
    recorded = carrier.rollout
    if canary is None or (recorded is not None and recorded.revision == canary.revision):
        after = turn.changed(rollout=recorded if canary is not None else None)
        if carrier.traffic and {share.revision for share in carrier.traffic} <= known:
            return after.changed(traffic=carrier.traffic)
    after = with_traffic_at_rest(turn)
    return after if canary is None else after.changed(rollout=_begun(view, turn, canary))


def _begun(view: View, turn: Turn, canary: Revision) -> RolloutStatus:
    return RolloutStatus(
        id=f"{canary.revision}.{turn.status.routing_generation + 1}",
        revision=canary.revision,
        phase="Starting",
        why="read again from the children",
        readiness_only=turn.status.stable is None,
        started_at=view.now,
        step_started_at=view.now,
    )
