"""Where a rollout stands after its steps were edited under way: only what was tried is passed."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.rollout.moves import (
    before_the_first_step,
    begun_now,
    moved,
    resumed,
    with_rollout,
    with_traffic_at_rest,
)
from trainyard.model_deployments.rollout.stepping import into_step
from trainyard.model_deployments.rollout.steps import (
    is_in,
    last_step_within,
    progress_of,
    step_at,
    steps_digest,
    traffic_now,
)
from trainyard.model_deployments.traffic.decision import shares_of
from trainyard.model_deployments.view import Turn, View


def with_edited_steps(view: View, turn: Turn) -> Turn:
    """Return the status with the rollout in a step of the spec as it is now.

    The step with the present weight goes on under its new number. Where there is none, the last
    step with less weight begins anew; where every step has more, the rollout begins anew.
    """
    spec, rollout = view.resource.spec, turn.status.rollout
    digest = steps_digest(spec)
    if rollout is None or rollout.readiness_only or rollout.steps_digest == digest or spec.suspend:
        return turn
    number = last_step_within(spec, rollout)
    if rollout.pause_requested:
        # The weights stay as they are; the rest follows once it goes on.
        return with_rollout(turn, step=number, progress=progress_of(spec, number))
    after = with_rollout(turn, steps_digest=digest, finishing=False)
    if not rollout.step:
        return after
    step = step_at(spec, number)
    if step is None or not is_in(step, rollout):
        return _anew(view, after, rollout, number)
    if rollout.phase == "Paused" and step.pause is None:
        after = with_rollout(after, **resumed(view, rollout))
    after = with_rollout(after, step=number, progress=progress_of(spec, number))
    stable = turn.status.stable
    if rollout.taken_over or stable is None:
        return after
    traffic = traffic_now(spec, rollout, stable.revision)
    return after.changed(traffic=shares_of(after.status, traffic))


def _anew(view: View, turn: Turn, rollout: RolloutStatus, number: int) -> Turn:
    spec = view.resource.spec
    step = step_at(spec, number)
    what = f"copies of {rollout.mirror_percent} %" if rollout.mirror_percent else "requests"
    if rollout.weight_percent:
        what = f"{rollout.weight_percent} %"
    why = f"spec.rollout was edited and has no step of {what} any more"
    after = with_rollout(turn, **resumed(view, rollout))
    if rollout.taken_over:
        return with_rollout(
            after,
            step=number,
            progress=progress_of(spec, number),
            weight_percent=step.weight_percent or 0 if step is not None else 0,
            mirror_percent=step.mirror_percent or 0 if step is not None else 0,
            **begun_now(view),
        )
    stable = turn.status.stable
    if step is not None and stable is not None:
        revisions = stable.revision, rollout.revision
        return moved(view, after, into_step(spec, number, why, revisions))
    after = with_rollout(after, **begun_now(view), **before_the_first_step(), why=why)
    return with_traffic_at_rest(after).noted(
        Reason.ROLLING_OUT, f"{why}: {rollout.revision} begins anew"
    )
