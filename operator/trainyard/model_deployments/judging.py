"""What one more look at the counters adds to a rollout, and what all looks say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from trainyard.api.v1alpha1.model_deployment import AnalysisSpec
from trainyard.api.v1alpha1.model_deployment_status import CheckState, RolloutStatus
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.analysis.verdict import Look, Samples, compares, judge
from trainyard.model_deployments.progress import Scene

FRESH_INTERVALS = 3
"""A look is fresh for this many intervals."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The rollout with the new evidence, and what it says."""

    rollout: RolloutStatus
    answer: Answer
    why: str
    idle: bool


def look_due(analysis: AnalysisSpec, rollout: RolloutStatus, now: datetime) -> bool:
    """Tell whether counters and queries are to be looked at."""
    if not rollout.step or rollout.readiness_only or rollout.on_hold:
        return False
    interval = timedelta(seconds=analysis.interval_seconds)
    return rollout.through is None or now >= rollout.through + interval


def with_evidence(scene: Scene, rollout: RolloutStatus) -> Judgement:
    """Return the rollout with this pass's reading folded in, once: `through` says until when."""
    analysis = scene.resource.spec.analysis
    if not rollout.step or rollout.readiness_only:
        return Judgement(rollout, Answer.NO_EVIDENCE, rollout.why, idle=False)
    observed = scene.observed
    reading = observed.reading if _is_same(scene, rollout) else None
    interval = reading.interval if reading is not None else None
    changes: dict[str, object] = {}
    if reading is not None and reading.through is not None:
        changes["through"] = reading.through
    if interval is not None:
        changes["stable_requests"] = rollout.stable_requests + interval.stable.requests
        changes["canary_requests"] = rollout.canary_requests + interval.canary.requests
    counted = rollout.model_copy(update=changes)
    verdict = judge(
        analysis,
        rollout.checks,
        Look(interval, reading.why if reading is not None else "", observed.answers),
        Samples(counted.stable_requests, counted.canary_requests, analysis.min_requests),
        scene.resource.status.dispersion,
    )
    kept = counted.model_copy(update={"checks": verdict.checks, "verdict": verdict.answer.value})
    return Judgement(kept, verdict.answer, verdict.why, idle=_idle(scene, kept))


def _is_same(scene: Scene, rollout: RolloutStatus) -> bool:
    """Tell whether the reading was made for this very step: its interval may not span a move."""
    before = scene.resource.status.rollout
    if before is None:
        return False
    return (before.id, before.step_started_at, before.through) == (
        rollout.id,
        rollout.step_started_at,
        rollout.through,
    )


def _idle(scene: Scene, rollout: RolloutStatus) -> bool:
    """Tell whether fresh samples show that neither version gets enough requests."""
    analysis = scene.resource.spec.analysis
    if not compares(analysis) or rollout.through is None:
        return False
    age = scene.now - rollout.through
    fresh = age <= timedelta(seconds=FRESH_INTERVALS * analysis.interval_seconds)
    seen = rollout.through > rollout.step_started_at
    few = max(rollout.stable_requests, rollout.canary_requests) < analysis.min_requests
    return fresh and seen and few


def fresh_checks(checks: tuple[CheckState, ...]) -> tuple[CheckState, ...]:
    """Return the checks at the start of a step: what was folded stays, what was said does not."""
    again = {"verdict": "NoEvidence", "why": "the step just began"}
    return tuple(check.model_copy(update=again) for check in checks)
