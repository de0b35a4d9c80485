"""What a rollout does next: the state machine, as one pure question.

Starting ──ready──► step 1 ──passes──► step 2 … ──passes──► finishing ──ready──► promoted
   │                  │  ▲
   │                  ▼  │ resume
   │                Paused / Held
   ▼
rolled back (quarantine)   ·   retried later (the cluster's fault)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec, Step
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import RolloutStatus
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.health import Trouble, Workload

NOT_REACHED = "the routers do not reach it yet, over HTTP and, where it is on, over gRPC"
NEVER_READY = timedelta(seconds=180)
"""A server that runs this long without being ready never will be."""
CLUSTER_PATIENCE = timedelta(seconds=120)
"""The cluster itself retries image pulls and scheduling; after this the attempt is given up."""


class Act(StrEnum):
    """What may happen to a rollout."""

    STAY = "Stay"
    ENTER = "Enter"
    """Go to `step`, with its weight."""
    FINISH = "Finish"
    """The steps are passed: make pods ready for all requests."""
    PROMOTE = "Promote"
    ROLL_BACK = "RollBack"
    """Back to the stable version, with quarantine."""
    RETRY_LATER = "RetryLater"
    """Back to the stable version, and again after a while."""
    WITHDRAW = "Withdraw"
    """No requests to the canary while none of its pods is ready."""
    TAKE_OVER = "TakeOver"
    """All requests to the canary, because no stable pod is ready."""
    GIVE_BACK = "GiveBack"
    """The stable version is ready again: the step's weights."""
    PAUSE = "Pause"
    """Wait for a person, as the step says."""
    HOLD = "Hold"
    """Wait for a person, because time ran out."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move, with the reason that is told."""

    act: Act
    why: str
    step: int = 0
    reason: Reason = Reason.ROLLING_OUT


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the next move depends on."""

    spec: ModelDeploymentSpec
    rollout: RolloutStatus
    stable: Workload | None
    """None: there is no stable version yet."""
    canary: Workload
    canary_weight: int
    verdict: Answer
    why: str
    idle: bool
    """Fresh samples prove that too few requests come to judge by."""
    routers_know: bool
    """Whether every router acts on the newest decision and reaches who is next to serve."""
    now: datetime


def next_move(at: Standing) -> Move:
    """Return the next move; only people move a rollout that is on hold or suspended."""
    if at.spec.suspend:
        return Move(Act.STAY, "suspended: spec.suspend is true", reason=Reason.SUSPENDED)
    if at.rollout.on_hold:
        return Move(Act.STAY, f"on hold by request; resume@{at.rollout.revision} goes on")
    if at.stable is None:
        return _first_version(at)
    return _emergency(at, at.stable) or _judged(at) or _forward(at)


def _first_version(at: Standing) -> Move:
    if at.canary.ready:
        return Move(Act.PROMOTE, "the first version is ready")
    return Move(Act.STAY, _starting(at), reason=Reason.STARTING)


def _starting(at: Standing) -> str:
    wanted = at.spec.replicas
    return at.canary.message or f"{at.canary.ready} of {wanted} pods are ready"


def crashed(at: Standing) -> str | None:
    """Return why the canary counts as broken: what Kubernetes itself shows is evidence."""
    canary = at.canary
    if canary.trouble is Trouble.CRASH:
        return canary.message
    since = canary.unready_since
    if not canary.ready and since is not None and at.now - since > NEVER_READY:
        return f"its server runs and is not ready since {since:%H:%M:%S} UTC"
    return None


def _emergency(at: Standing, stable: Workload) -> Move | None:
    """Return what the pods' state alone demands."""
    broken = crashed(at)
    if broken is not None and stable.ready:
        return Move(Act.ROLL_BACK, broken, reason=Reason.CRASHED)
    if not stable.ready and not at.canary.ready:
        why = f"no version has a ready pod, the weights stay ({stable.message or 'stable'})"
        return Move(Act.STAY, why, reason=Reason.BOTH_FAILED)
    if not stable.ready:
        why = f"no pod of the stable version is ready {stable.message}".strip()
        act = Act.STAY if at.canary_weight == 100 else Act.TAKE_OVER
        return Move(act, why, reason=Reason.STABLE_FAILED)
    if not at.canary.ready:
        return _canary_down(at)
    if has_taken_over(at.spec, at.rollout.step, at.canary_weight):
        return _given_back(at, stable)
    return None


def has_taken_over(spec: ModelDeploymentSpec, step: int, canary_weight: int) -> bool:
    """Tell whether the canary has all requests only because the stable version was down."""
    declared = step_at(spec, step)
    return canary_weight == 100 and (declared is None or declared.weight_percent != 100)


def _given_back(at: Standing, stable: Workload) -> Move:
    """Return the way back to the step's weights, once stable pods can carry their share."""
    step = step_at(at.spec, at.rollout.step)
    share = 100 - step.weight_percent if step is not None else 100
    needed = math.ceil(at.spec.replicas * share / 100)
    if stable.ready < min(needed, stable.replicas or needed):
        why = f"{stable.ready} of {needed} pods of the stable version are ready again"
    elif not at.routers_know:
        why = "the stable version is ready again, the routers do not reach it yet"
    else:
        why = "the stable version is ready again"
        return Move(Act.GIVE_BACK, why, step=at.rollout.step)
    return Move(Act.STAY, why, reason=Reason.STABLE_FAILED)


def _canary_down(at: Standing) -> Move:
    if at.canary_weight:
        why = f"no pod of the new version is ready {at.canary.message}".strip()
        return Move(Act.WITHDRAW, why)
    if at.canary.trouble is Trouble.CLUSTER:
        waited = at.now - at.rollout.step_started_at
        if waited > CLUSTER_PATIENCE:
            return Move(Act.RETRY_LATER, at.canary.message, reason=Reason.CLUSTER_FAULT)
    return _overdue(at) or Move(Act.STAY, _starting(at), reason=Reason.STARTING)


def _judged(at: Standing) -> Move | None:
    if at.verdict is Answer.FAIL and at.rollout.step and not at.rollout.readiness_only:
        return Move(Act.ROLL_BACK, at.why, reason=Reason.FAILED_CHECK)
    return None


def _forward(at: Standing) -> Move:
    rollout = at.rollout
    if rollout.readiness_only or rollout.finishing:
        return _promotion(at)
    if rollout.phase in ("Paused", "Held"):
        return Move(Act.STAY, rollout.why)
    if rollout.step == 0:
        return _overdue(at) or _entered(at, 1)
    return _passed(at) or _overdue(at) or _evidence_overdue(at) or _waiting(at)


def _promotion(at: Standing) -> Move:
    wanted = at.spec.replicas
    if not at.routers_know:
        return Move(Act.STAY, NOT_REACHED)
    if at.canary.ready >= wanted:
        why = "as asked" if at.rollout.readiness_only else f"all steps passed: {at.why}"
        return Move(Act.PROMOTE, why, reason=Reason.PROMOTED)
    if not at.rollout.finishing and not at.rollout.readiness_only:
        return Move(Act.FINISH, f"{at.canary.ready} of {wanted} pods are ready for all requests")
    why = f"{at.canary.ready} of {wanted} pods are ready for all requests"
    return _overdue(at) or Move(Act.STAY, why)


def _entered(at: Standing, number: int) -> Move:
    """Return the entry into a step once enough pods are ready and every router knows them."""
    step = step_at(at.spec, number)
    if step is None:
        return _promotion(at)
    needed = math.ceil(at.spec.replicas * step.weight_percent / 100)
    if at.canary.ready < min(needed, at.canary.replicas or needed):
        return Move(Act.STAY, f"{at.canary.ready} of {needed} pods are ready for step {number}")
    if not at.routers_know:
        return Move(Act.STAY, NOT_REACHED)
    return Move(Act.ENTER, at.why, step=number, reason=Reason.STEP_STARTED)


def _passed(at: Standing) -> Move | None:
    step = step_at(at.spec, at.rollout.step)
    if at.verdict is not Answer.PASS:
        return None
    if step is not None and at.now - at.rollout.step_started_at < seconds(step.min_seconds):
        return None
    if step is not None and step.pause == "Manual":
        why = f"step {at.rollout.step} passed and waits: resume@{at.rollout.revision}"
        return Move(Act.PAUSE, why, reason=Reason.PAUSED)
    return _entered(at, at.rollout.step + 1)


def _overdue(at: Standing) -> Move | None:
    if elapsed(at.rollout, at.now) <= seconds(at.spec.rollout.deadline_seconds):
        return None
    why = (
        f"rollout.deadlineSeconds ({at.spec.rollout.deadline_seconds}) are over at step"
        f" {at.rollout.step}, without failure evidence: {at.why or _starting(at)};"
        f" resume@{at.rollout.revision} or abort@{at.rollout.revision}"
    )
    return Move(Act.HOLD, why, reason=Reason.HELD)


def _evidence_overdue(at: Standing) -> Move | None:
    analysis = at.spec.analysis
    waited = at.now - at.rollout.step_started_at
    if at.verdict is not Answer.NO_EVIDENCE or waited <= seconds(analysis.evidence_timeout_seconds):
        return None
    why = f"no evidence after {analysis.evidence_timeout_seconds} s ({at.why})"
    if analysis.on_no_evidence == "Promote" and at.idle:
        moved = f"{why}: the service is idle and analysis.onNoEvidence is Promote"
        step = step_at(at.spec, at.rollout.step)
        if step is not None and step.pause == "Manual":
            return Move(Act.PAUSE, moved, reason=Reason.NO_EVIDENCE)
        return _entered(replace(at, why=moved), at.rollout.step + 1)
    held = f"{why}; resume@{at.rollout.revision}, skip@… or abort@…"
    return Move(Act.HOLD, held, reason=Reason.NO_EVIDENCE)


def _waiting(at: Standing) -> Move:
    step = step_at(at.spec, at.rollout.step)
    if step is None or at.verdict is not Answer.PASS:
        return Move(Act.STAY, at.why)
    return Move(Act.STAY, f"{at.why}; step {at.rollout.step} lasts {step.min_seconds} s at least")


def step_at(spec: ModelDeploymentSpec, number: int) -> Step | None:
    """Return the step with this number, counted from 1, or None."""
    steps = spec.rollout.steps
    return steps[number - 1] if 1 <= number <= len(steps) else None


def elapsed(rollout: RolloutStatus, now: datetime) -> timedelta:
    """Return how long the rollout has taken, pauses not counted."""
    until = rollout.paused_at or now
    return until - rollout.started_at - seconds(rollout.paused_seconds)


def seconds(number: int) -> timedelta:
    """Return that many seconds."""
    return timedelta(seconds=number)
