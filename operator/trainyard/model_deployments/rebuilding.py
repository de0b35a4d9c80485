"""How a lost status is read again from the children, without moving traffic."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentReason as Reason,
)
from trainyard.api.v1alpha1.model_deployment_status import (
    Revision,
    RolloutStatus,
    TrafficShare,
)
from trainyard.model_deployments.moves import shares
from trainyard.model_deployments.progress import Progress, Scene

STABLE, CANARY = "stable", "canary"


def rebuilt(scene: Scene, progress: Progress) -> Progress:
    """Return the status as the children tell it when the stored one knows of none of them.

    Roles are labels of the revisions' Deployments, their records annotations, weights and the
    decision's number annotations of what carries them out. Evidence starts anew; quarantine is
    read from the user-facing Service.
    """
    status, observed = progress.status, scene.observed
    if status.decision or status.stable is not None or status.canary is not None:
        return progress
    stable, canary = _with_role(scene, STABLE), _with_role(scene, CANARY)
    if stable is None and canary is None:
        return progress
    after = progress.having(
        stable=stable,
        canary=canary,
        decision=observed.router.decision or 0,
        quarantine=observed.quarantine,
    )
    known = {r.revision for r in (stable, canary) if r is not None}
    traffic = observed.router.traffic
    if not traffic or any(share.revision not in known for share in traffic):
        traffic = shares(after.status, 0)
    after = after.having(traffic=traffic)
    if canary is not None:
        after = after.having(rollout=_rollout(scene, canary, traffic, first=stable is None))
    names = ", ".join(sorted(known))
    told = f"the status was empty and was read again from the children: {names}"
    return after.told(scene, Reason.REBUILT, told, warning=True)


def _with_role(scene: Scene, role: str) -> Revision | None:
    observed = scene.observed
    names = sorted(name for name, found in observed.workloads.items() if found.role == role)
    return next((observed.records[name] for name in names if name in observed.records), None)


def _rollout(
    scene: Scene, canary: Revision, traffic: tuple[TrafficShare, ...], *, first: bool
) -> RolloutStatus:
    weight = sum(t.weight_percent for t in traffic if t.revision == canary.revision)
    steps = scene.resource.spec.rollout.steps
    step = sum(1 for step in steps if step.weight_percent <= weight)
    return RolloutStatus(
        id=f"{canary.revision}.{(scene.observed.router.decision or 0) + 1}",
        revision=canary.revision,
        phase="Progressing" if step else "Starting",
        why="read again from the children",
        step=step,
        progress=f"{step}/{len(steps)}" if step else "",
        readiness_only=first,
        started_at=scene.now,
        step_started_at=scene.now,
    )
