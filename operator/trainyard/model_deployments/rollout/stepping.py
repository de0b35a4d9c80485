"""The way through the steps that strategies share: enter, wait for evidence, go on."""

from __future__ import annotations

import math
from dataclasses import replace

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.rollout import Step
from trainyard.model_deployments.analysis.checks.kinds import OF_ANSWERS
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.rollout.deadlines import elapsed, overdue, seconds
from trainyard.model_deployments.rollout.forecast import told_with_forecast
from trainyard.model_deployments.rollout.promotion import not_reached, promotion
from trainyard.model_deployments.rollout.steps import step_at, traffic_of
from trainyard.model_deployments.rollout.strategy import Act, Move, Standing, back
from trainyard.requests import Verb


def step_by_step(at: Standing) -> Move:
    """Return the next move through the steps; behind the last one comes the promotion."""
    if at.rollout.step == 0:
        first = _entered(at, 1)
        return first if first.act is not Act.STAY else overdue(at) or first
    return _passed(at) or _evidence_overdue(at) or overdue(at) or _waiting(at)


def _entered(at: Standing, number: int) -> Move:
    """Return the entry into a step once enough pods are ready and every router knows them."""
    step = step_at(at.spec, number)
    if step is None or at.stable is None:
        return promotion(at)
    share = step.weight_percent or step.mirror_percent or 100
    needed = math.ceil(at.spec.replicas * share / 100)
    if at.canary.ready < min(needed, at.canary.replicas or needed):
        return Move(Act.STAY, f"{at.canary.ready} of {needed} pods are ready for step {number}")
    if not at.routers_know:
        return Move(Act.STAY, not_reached(at))
    return into_step(at.spec, number, at.why, (at.stable.revision, at.rollout.revision))


def into_step(spec: ModelDeploymentSpec, number: int, why: str, revisions: tuple[str, str]) -> Move:
    """Return the move into the step of stable revision and canary; behind the last one it ends."""
    step = step_at(spec, number)
    if step is None:
        return Move(Act.FINISH, why)
    traffic = traffic_of(spec, step, *revisions)
    return Move(Act.ENTER, why, step=number, reason=Reason.STEP_STARTED, traffic=traffic)


def _passed(at: Standing) -> Move | None:
    step = step_at(at.spec, at.rollout.step)
    if step is None or at.verdict is not Answer.PASS:
        return None
    if at.now - at.rollout.step_started_at < seconds(step.min_seconds):
        return None
    if step.pause == "Manual":
        why = f"step {at.rollout.step} passed and waits: {at.request(Verb.RESUME)}"
        return Move(Act.PAUSE, why, reason=Reason.PAUSED)
    return _entered(at, at.rollout.step + 1)


def _evidence_overdue(at: Standing) -> Move | None:
    """Return what analysis.onNoEvidence says once the wait for evidence is over."""
    analysis = at.spec.analysis
    waited = elapsed(at.rollout, at.now) > seconds(analysis.evidence_timeout_seconds)
    step = step_at(at.spec, at.rollout.step)
    if step is None or at.verdict is not Answer.NO_EVIDENCE or not waited:
        return None
    why = f"no evidence after {analysis.evidence_timeout_seconds} s ({at.why})"
    policy = f"analysis.onNoEvidence is {analysis.on_no_evidence}"
    rehearsal = at.rollout.rehearsal
    if rehearsal is not None and rehearsal.verdict == Answer.PASS.value and _only_quiet(at):
        before = f"nothing failed, {why}, but before its first live request {rehearsal.why}"
        return _unproven(at, step, f"{_requests(at)}: {before}")
    if analysis.on_no_evidence == "Rollback":
        return back(at, Act.GIVE_UP, f"{why}; {policy}", Reason.NO_EVIDENCE)
    if analysis.on_no_evidence == "Promote" and at.counted:
        return _unproven(at, step, f"{_requests(at)} and nothing failed, {why}; {policy}")
    if analysis.on_no_evidence == "Promote":
        why = f"{why}; {policy}, but counters are unknown, and so whether anything failed"
    waits = f"{why}; evidence moves it on, or {at.request(Verb.RESUME)}, skip@… or abort@…"
    return Move(Act.INCONCLUSIVE, waits, reason=Reason.NO_EVIDENCE)


def _only_quiet(at: Standing) -> bool:
    """Tell whether nothing but live requests is missing: a check that looked and cannot say is no
    evidence by a rehearsal.
    """
    undecided = (c for c in at.rollout.checks if c.verdict == Answer.NO_EVIDENCE.value)
    return at.counted and all(c.kind not in OF_ANSWERS or c.dry_run for c in undecided)


def _unproven(at: Standing, step: Step, why: str) -> Move:
    if step.pause == "Manual":
        return Move(Act.PAUSE, why, reason=Reason.NO_EVIDENCE)
    return replace(_entered(replace(at, why=why), at.rollout.step + 1), reason=Reason.NO_EVIDENCE)


def _requests(at: Standing) -> str:
    canary, stable = at.rollout.canary_requests, at.rollout.stable_requests
    return f"{canary} requests to the new version, {stable} to the stable one"


def _waiting(at: Standing) -> Move:
    step = step_at(at.spec, at.rollout.step)
    if step is None or at.verdict is not Answer.PASS:
        return Move(Act.STAY, told_with_forecast(at.why, at.spec, at.rollout))
    return Move(Act.STAY, f"{at.why}; step {at.rollout.step} lasts {step.min_seconds} s at least")
