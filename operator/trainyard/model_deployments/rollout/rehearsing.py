"""Whether a new version is being rehearsed on recorded inputs, and what comes of it."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentReason as Reason,
)
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.api.v1alpha1.task import AT_WORK, TaskPhase
from trainyard.conditions import shorten
from trainyard.jobs.supervision import Ended, GaveUp, Retry, Start, Wait, follow, recorded
from trainyard.model_deployments.analysis.rehearsal import rehearsed
from trainyard.model_deployments.rollout.moves import with_rollout
from trainyard.model_deployments.view import Turn, View
from trainyard.ownership import child_name

WHY = 500


def is_rehearsing(rollout: RolloutStatus) -> bool:
    """Tell whether the first step waits for the end of the rehearsal."""
    return rollout.rehearsal is not None and rollout.rehearsal.phase in AT_WORK


def with_rehearsal(view: View, turn: Turn) -> Turn:
    """Return the status with the rehearsal begun, followed, or ended.

    It never holds a rollout up for longer than its Job may take: without a result the steps begin
    without it.
    """
    status, spec = turn.status, view.resource.spec
    rollout, canary, stable = status.rollout, status.canary, status.stable
    if rollout is None or canary is None or stable is None or rollout.readiness_only:
        return turn
    if rollout.rehearsal is not None:
        return _followed(view, turn, rollout.rehearsal) if is_rehearsing(rollout) else turn
    waits = spec.analysis.rehearsal is None or spec.suspend or rollout.pause_requested
    serve = all(view.observed.workload(r.revision).ready for r in (stable, canary))
    if waits or rollout.step or not serve:
        return turn
    return _begun(view, turn, rollout, canary)


def _begun(view: View, turn: Turn, rollout: RolloutStatus, canary: Revision) -> Turn:
    digest, metadata = view.observed.recorded_inputs, view.resource.metadata
    rehearsal = Rehearsal(
        name=child_name(metadata.name, metadata.uid, "rehearsal", rollout.id),
        phase=TaskPhase.PENDING,
        queued_at=view.now,
        dataset_digest=digest,
    )
    if digest is None:
        why = f"ModelVersion {canary.model_version or 'of the bundle'}, which names them, is gone"
        return _without(turn, rehearsal, why)
    return with_rollout(turn, rehearsal=rehearsal)


def _followed(view: View, turn: Turn, rehearsal: Rehearsal) -> Turn:
    seen = view.observed.rehearsal
    step = follow(rehearsal, seen, None, view.now, max_retries=0)
    match step:
        case Start() | Wait():
            return with_rollout(turn, rehearsal=recorded(rehearsal, step, seen, view.now))
        case Ended():
            return _ended(view, turn, recorded(rehearsal, step, seen, view.now), step)
        case Retry(failure) | GaveUp(failure):
            return _without(turn, rehearsal, f"{failure.reason}: {failure.message}")
        case _:
            return _without(turn, rehearsal, "its Job vanished or left no readable result")


def _ended(view: View, turn: Turn, rehearsal: Rehearsal, step: Ended) -> Turn:
    try:
        found = rehearsed(view.resource.spec.analysis, rehearsal, step.result)
    except (KeyError, TypeError, ValueError) as error:
        return _without(turn, rehearsal, f"its result cannot be read: {error!r}")
    after = with_rollout(turn, rehearsal=found)
    return after.noted(Reason.REHEARSED, f"{found.name}: {found.why}")


def _without(turn: Turn, rehearsal: Rehearsal, why: str) -> Turn:
    failed = {"phase": TaskPhase.FAILED, "why": shorten(why, WHY), "finished_at": turn.now}
    after = with_rollout(turn, rehearsal=rehearsal.model_copy(update=failed))
    message = f"there was no rehearsal on recorded inputs: {why}"
    return after.noted(Reason.NOT_REHEARSED, message, warning=True)
