"""What a rollout does next, by strategy: one pure question.

What the pods show, what a rehearsal says and what people asked for is the same for every strategy;
the rest is the strategy's own way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.rollout import blue_green, canary, immediate, shadow
from trainyard.model_deployments.rollout.emergencies import emergency
from trainyard.model_deployments.rollout.promotion import promotion
from trainyard.model_deployments.rollout.rehearsing import is_rehearsing
from trainyard.model_deployments.rollout.strategy import (
    Act,
    Move,
    Standing,
    back,
    promoted,
    starting,
)
from trainyard.requests import Verb

_STRATEGIES: Mapping[str, Callable[[Standing], Move]] = {
    "Canary": canary.next_move,
    "BlueGreen": blue_green.next_move,
    "Shadow": shadow.next_move,
    "Immediate": immediate.next_move,
}


def next_move(at: Standing) -> Move:
    """Return the next move; only people move a rollout that is paused by request or suspended."""
    if at.spec.suspend:
        return Move(Act.STAY, "suspended: spec.suspend is true", reason=Reason.SUSPENDED)
    if at.rollout.pause_requested:
        return Move(Act.STAY, f"paused by request; {at.request(Verb.RESUME)} goes on")
    if at.stable is None:
        return _first_version(at)
    return emergency(at, at.stable) or _judged(at) or _forward(at)


def _first_version(at: Standing) -> Move:
    if at.canary.ready:
        return promoted(at, "the first version is ready")
    return Move(Act.STAY, starting(at), reason=Reason.STARTING)


def _judged(at: Standing) -> Move | None:
    rehearsal = at.rollout.rehearsal
    if rehearsal is not None and rehearsal.verdict == Answer.FAIL.value:
        why = f"it failed on recorded inputs: {rehearsal.why}"
        return back(at, Act.ROLL_BACK, why, Reason.FAILED_CHECK)
    if at.verdict is Answer.FAIL and at.rollout.step and not at.rollout.readiness_only:
        return back(at, Act.ROLL_BACK, at.why, Reason.FAILED_CHECK)
    return None


def _forward(at: Standing) -> Move:
    rollout = at.rollout
    if rollout.readiness_only or rollout.finishing:
        return promotion(at)
    if rollout.phase == "Paused":
        return Move(Act.STAY, rollout.why)
    if rollout.step == 0 and is_rehearsing(rollout):
        return Move(Act.STAY, "it answers recorded inputs beside the stable version first")
    return _STRATEGIES[at.spec.rollout.strategy](at)
