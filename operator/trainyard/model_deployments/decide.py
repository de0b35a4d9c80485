"""What a ModelDeployment needs next: the whole decision of one pass, pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentReason,
    ModelDeploymentStatus,
)
from trainyard.model_deployments.actions import wanted_actions
from trainyard.model_deployments.conditions import reported
from trainyard.model_deployments.monitoring.label_join import with_label_join
from trainyard.model_deployments.monitoring.signals import with_signals
from trainyard.model_deployments.monitoring.smoke_test import with_smoke_test
from trainyard.model_deployments.notifications import with_deliveries
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.requests import with_request
from trainyard.model_deployments.revision.identity import kept_revisions, weight_of
from trainyard.model_deployments.rollout.admission import admitted
from trainyard.model_deployments.rollout.approvals import approval_of_canary, told, with_approval
from trainyard.model_deployments.rollout.edited_steps import with_edited_steps
from trainyard.model_deployments.rollout.image_refresh import with_image_refresh, with_outdated
from trainyard.model_deployments.rollout.in_force import routers_reach, with_routing_applied
from trainyard.model_deployments.rollout.judging import with_evidence
from trainyard.model_deployments.rollout.moves import moved
from trainyard.model_deployments.rollout.rebuilding import rebuilt
from trainyard.model_deployments.rollout.rehearsing import with_rehearsal
from trainyard.model_deployments.rollout.retiring import retired
from trainyard.model_deployments.rollout.strategies import next_move
from trainyard.model_deployments.rollout.strategy import Standing
from trainyard.model_deployments.rollout.way_back import with_way_back
from trainyard.model_deployments.timing import again_after
from trainyard.model_deployments.traffic.in_force import is_unrouted
from trainyard.model_deployments.view import Turn, View
from trainyard.reconciling.plan import Create, Delete, Plan


def decide_model_deployment(
    resource: ModelDeployment, observed: Observed, now: datetime
) -> Plan[ModelDeploymentStatus]:
    """Return the status and the deeds for what is seen now; the same view gives the same plan."""
    view = View(resource, observed, now)
    turn = view.begin()
    for stage in STAGES:
        turn = stage(view, turn)
    actions = wanted_actions(view, turn.status)
    raised = _is_raised(view, turn.status)
    rehearses = any(isinstance(a, Create) and a.manifest["kind"] == "Job" for a in actions)
    return Plan(
        status=turn.status,
        actions=actions,
        events=turn.events,
        again_after=again_after(view, turn),
        confirm_live=raised or rehearses or any(isinstance(a, Delete) for a in actions),
        live_kinds=frozenset(_rests_on(resource, raised=raised, rehearses=rehearses)),
    )


def _rests_on(resource: ModelDeployment, *, raised: bool, rehearses: bool) -> Iterator[str]:
    """Yield the kinds on which the plan rests: a larger share of the requests, or a rehearsal."""
    if raised:
        yield "Pod"
    if raised and resource.spec.rollout.approvals is not None:
        yield "Approval"
    if rehearses:
        yield "Job"


def _rollout(view: View, turn: Turn) -> Turn:
    """Fold in the evidence and make the next move."""
    status = turn.status
    rollout, canary = status.rollout, status.canary
    if rollout is None or canary is None:
        return turn
    judgement = with_evidence(view, rollout)
    stable = status.stable
    standing = Standing(
        spec=view.resource.spec,
        rollout=judgement.rollout,
        stable=view.observed.workload(stable.revision) if stable is not None else None,
        canary=view.observed.workload(canary.revision),
        canary_weight=weight_of(status, canary.revision),
        verdict=judgement.answer,
        why=judgement.why,
        counted=judgement.counted,
        routers_know=routers_reach(view, status),
        now=view.now,
        routers_trouble=view.observed.carrier.trouble,
        last_request=status.last_request,
    )
    approval = approval_of_canary(view, status)
    move = told(approval, next_move(standing))
    if not (view.resource.spec.suspend or rollout.pause_requested):
        move = with_approval(standing, approval, move)
    judged = judgement.rollout.model_copy(update={"approved_by": approval.approved_by})
    return moved(view, turn.changed(rollout=judged), move)


def _numbered(view: View, turn: Turn) -> Turn:
    """Give a changed routing the next number; it is above every number that was ever written.

    That a revision is gone is no decision: nobody waits until the routers forget it.
    """
    before, status = view.resource.status, turn.status
    if before.traffic == status.traffic and _routed(status) <= _routed(before):
        return turn
    number = (
        max(
            before.routing_generation,
            status.routing_generation,
            view.observed.carrier.generation or 0,
        )
        + 1
    )
    applied = view.now if is_unrouted(status, view.observed.carrier) else None
    return turn.changed(routing_generation=number, routing_applied_at=applied)


def _routed(status: ModelDeploymentStatus) -> set[str]:
    """Return the revisions that routers know."""
    return {r.revision for r in kept_revisions(status)} | set(status.leaving)


def _with_hand_edits_told(view: View, turn: Turn) -> Turn:
    """Say what somebody changed in a Deployment that serves, and that it is put back."""
    for revision in kept_revisions(turn.status):
        if edit := view.observed.hand_edits.get(revision.revision):
            message = f"Deployment {revision.revision} was edited: {edit}; its record is restored"
            turn = turn.noted_once(ModelDeploymentReason.CHILD_RESTORED, message, warning=True)
    return turn


STAGES: tuple[Callable[[View, Turn], Turn], ...] = (
    rebuilt,
    with_routing_applied,
    with_edited_steps,
    with_request,
    with_image_refresh,
    admitted,
    with_rehearsal,
    _rollout,
    retired,
    with_label_join,
    with_signals,
    with_way_back,
    with_smoke_test,
    _numbered,
    _with_hand_edits_told,
    with_outdated,
    with_deliveries,
    reported,
)
"""The questions of a pass, in this order."""


def _is_raised(view: View, after: ModelDeploymentStatus) -> bool:
    """Tell whether a revision gets a larger share: that must rest on pods that were read live.

    Everything else that decides about traffic is in the status. The very first version takes its
    share from nobody: pods that died since lose no request that another version would answer.
    """
    before = view.resource.status.traffic
    if not before and view.observed.carrier.generation is None:
        return False
    shares = {share.revision: share.weight_percent for share in before}
    return any(s.weight_percent > shares.get(s.revision, 0) for s in after.traffic)
