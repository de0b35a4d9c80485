"""What a ModelDeployment needs next: the whole decision of one pass, pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.admission import admitted
from trainyard.model_deployments.asked import with_request
from trainyard.model_deployments.children import wanted_actions
from trainyard.model_deployments.judging import with_evidence
from trainyard.model_deployments.moves import moved
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.proving import with_proof
from trainyard.model_deployments.rebuilding import rebuilt
from trainyard.model_deployments.reporting import reported
from trainyard.model_deployments.retiring import retired, routers_reach, with_routers
from trainyard.model_deployments.revisions import kept_revisions, weight_of
from trainyard.model_deployments.rollout import Standing, next_move
from trainyard.model_deployments.signals import with_signals
from trainyard.model_deployments.timing import again_after
from trainyard.reconciling.plan import Action, Delete, Plan

__all__ = ["Observed", "decide_model_deployment"]


def decide_model_deployment(
    resource: ModelDeployment, observed: Observed, now: datetime
) -> Plan[ModelDeploymentStatus]:
    """Return the status and the deeds for what is seen now; the same view gives the same plan."""
    scene = Scene(resource, observed, now)
    progress = Progress(resource.status)
    for stage in STAGES:
        progress = stage(scene, progress)
    actions = wanted_actions(scene, progress.status)
    return Plan(
        status=progress.status,
        actions=actions,
        events=progress.events,
        again_after=again_after(scene, progress),
        confirm_live=_is_grave(resource.status, progress.status, actions),
    )


def _rollout(scene: Scene, progress: Progress) -> Progress:
    """Fold in the evidence and make the next move."""
    status = progress.status
    rollout, canary = status.rollout, status.canary
    if rollout is None or canary is None:
        return progress
    judgement = with_evidence(scene, rollout)
    stable = status.stable
    standing = Standing(
        spec=scene.resource.spec,
        rollout=judgement.rollout,
        stable=scene.observed.workload(stable.revision) if stable is not None else None,
        canary=scene.observed.workload(canary.revision),
        canary_weight=weight_of(status, canary.revision),
        verdict=judgement.answer,
        why=judgement.why,
        idle=judgement.idle,
        routers_know=routers_reach(scene, status),
        now=scene.now,
    )
    return moved(scene, progress.having(rollout=judgement.rollout), next_move(standing))


def _numbered(scene: Scene, progress: Progress) -> Progress:
    """Give a changed routing the next number; it is above every number that was ever written."""
    before, status = scene.resource.status, progress.status
    if _routing(before) == _routing(status):
        return progress
    number = max(before.decision, status.decision, scene.observed.router.decision or 0) + 1
    return progress.having(decision=number, drained_at=None)


def _routing(status: ModelDeploymentStatus) -> object:
    names = {r.revision for r in kept_revisions(status)} | set(status.leaving)
    return status.traffic, names


STAGES: tuple[Callable[[Scene, Progress], Progress], ...] = (
    rebuilt,
    with_routers,
    with_request,
    admitted,
    _rollout,
    retired,
    with_signals,
    with_proof,
    _numbered,
    reported,
)
"""The questions of a pass, in this order."""


def _is_grave(
    before: ModelDeploymentStatus, after: ModelDeploymentStatus, actions: tuple[Action, ...]
) -> bool:
    """Tell whether the plan moves traffic or deletes, so that it must rest on live reads."""
    return before.traffic != after.traffic or any(isinstance(a, Delete) for a in actions)
