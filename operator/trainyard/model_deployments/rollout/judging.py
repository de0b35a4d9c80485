"""What one more look at the counters adds to a rollout, and what all looks say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trainyard.api.v1alpha1.model_deployment import AnalysisSpec, ModelDeploymentSpec
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.rollout_status import CheckState, RolloutStatus
from trainyard.api.v1alpha1.task import AT_WORK
from trainyard.conditions import shorten
from trainyard.model_deployments.analysis import arms
from trainyard.model_deployments.analysis.answer_pairs import with_pairs
from trainyard.model_deployments.analysis.checks.kind import Look, Samples
from trainyard.model_deployments.analysis.checks.kinds import kind_of
from trainyard.model_deployments.analysis.evidence import Answer, Interval, Reading
from trainyard.model_deployments.analysis.rehearsal import tolerance_percent
from trainyard.model_deployments.analysis.verdict import judge
from trainyard.model_deployments.monitoring.label_monitor import labelled_arms
from trainyard.model_deployments.rollout.forecast import expected_seconds
from trainyard.model_deployments.rollout.steps import is_preview, step_at
from trainyard.model_deployments.view import View

FRESH_INTERVALS = 3
"""A look is fresh for this many intervals."""
LONGEST = timedelta(minutes=10)
"""An interval without requests ends after this, before counters of its beginning are forgotten."""
LAST_READING = 200


@dataclass(frozen=True, slots=True)
class Judgement:
    """The rollout with the new evidence, and what it says."""

    rollout: RolloutStatus
    answer: Answer
    why: str
    counted: bool
    """Whether fresh counters were read, so that whatever failed is known."""


def look_due(analysis: AnalysisSpec, rollout: RolloutStatus, now: datetime) -> bool:
    """Tell whether counters and queries are to be looked at."""
    if not rollout.step or rollout.readiness_only or rollout.pause_requested:
        return False
    interval = timedelta(seconds=analysis.interval_seconds)
    return rollout.observed_until is None or now >= rollout.observed_until + interval


def analysis_of_step(spec: ModelDeploymentSpec, rollout: RolloutStatus) -> AnalysisSpec:
    """Return the analysis with what the step can answer: where the new version gets neither
    requests nor copies nothing is compared.
    """
    step = step_at(spec, rollout.step)
    if step is None or not is_preview(step):
        return spec.analysis
    checks = tuple(check for check in spec.analysis.checks if not kind_of(check).alarm_parts)
    return spec.analysis.model_copy(update={"checks": checks})


def with_evidence(view: View, rollout: RolloutStatus) -> Judgement:
    """Return the rollout with this pass's reading folded in, once, as `observedUntil` tells."""
    analysis = analysis_of_step(view.resource.spec, rollout)
    if not rollout.step or rollout.readiness_only:
        return Judgement(rollout, Answer.NO_EVIDENCE, rollout.why, counted=False)
    reading = view.observed.reading if _is_same(view, rollout) else None
    waits = reading is not None and _waits_for_requests(view, rollout, reading)
    interval = reading.interval if reading is not None and not waits else None
    counted = _counted(rollout, interval)
    if reading is not None:
        changes: dict[str, object] = {"last_reading": shorten(reading.why, LAST_READING)}
        if reading.observed_until is not None and not waits:
            changes |= {"observed_until": reading.observed_until, "anchor": reading.anchor}
        counted = counted.model_copy(update=changes)
    if counted.observed_until != rollout.observed_until:
        counted = _with_answers(view, counted)
    labelled = labelled_arms(view)
    counted = counted.model_copy(update={"arms": arms.with_outcomes(counted.arms, labelled)})
    verdict = judge(
        analysis,
        rollout.checks,
        Look(
            interval,
            counted.last_reading,
            view.observed.answers,
            labelled,
            _rehearsed(rollout),
            counted.pairs,
        ),
        Samples(counted.stable_requests, counted.canary_requests, analysis.min_requests),
        view.resource.status.dispersion,
    )
    kept = counted.model_copy(update={"checks": verdict.checks, "verdict": verdict.answer.value})
    until = reading.observed_until if reading is not None else None
    if kept.observed_until != rollout.observed_until:
        kept = kept.model_copy(
            update={"expected_seconds": expected_seconds(view.resource.spec, kept)}
        )
    counted_now = _fresh(view, kept, until or kept.observed_until)
    return Judgement(kept, verdict.answer, verdict.why, counted=counted_now)


def _with_answers(view: View, rollout: RolloutStatus) -> RolloutStatus:
    """Return the rollout with what both versions answered to the same requests, if any was read."""
    if view.observed.pairs is None:
        return rollout
    tolerance = float(Decimal(tolerance_percent(view.resource.spec.analysis))) / 100
    paired = with_pairs(rollout.pairs, view.observed.pairs, tolerance)
    return rollout.model_copy(update={"pairs": paired})


def _counted(rollout: RolloutStatus, interval: Interval | None) -> RolloutStatus:
    """Return the rollout with the requests of the interval added up."""
    if interval is None:
        return rollout
    told = arms.with_interval(rollout.arms, interval, mirrored=bool(rollout.mirror_percent))
    return rollout.model_copy(
        update={
            "stable_requests": rollout.stable_requests + interval.stable.requests,
            "canary_requests": rollout.canary_requests + interval.canary.requests,
            "arms": told,
        }
    )


def _rehearsed(rollout: RolloutStatus) -> Rehearsal | None:
    found = rollout.rehearsal
    return found if found is not None and found.phase not in AT_WORK else None


def _waits_for_requests(view: View, rollout: RolloutStatus, reading: Reading) -> bool:
    """Tell whether the interval goes on, because nobody asked either version anything.

    So the status of a quiet service is not written each interval. The users' queries are asked
    once an interval and need its end.
    """
    interval, since, until = reading.interval, rollout.observed_until, reading.observed_until
    if interval is None or since is None or until is None or view.observed.answers:
        return False
    return not (interval.stable.requests or interval.canary.requests) and until - since < LONGEST


def _is_same(view: View, rollout: RolloutStatus) -> bool:
    """Tell whether the reading was made for this very step: its interval may not span a move."""
    before = view.resource.status.rollout
    if before is None:
        return False
    return (before.id, before.step_started_at, before.observed_until) == (
        rollout.id,
        rollout.step_started_at,
        rollout.observed_until,
    )


def _fresh(view: View, rollout: RolloutStatus, until: datetime | None) -> bool:
    """Tell whether counters of this step are known up to now."""
    if until is None or until <= rollout.step_started_at:
        return False
    interval = timedelta(seconds=view.resource.spec.analysis.interval_seconds)
    return view.now - until <= FRESH_INTERVALS * interval


def fresh_checks(checks: tuple[CheckState, ...]) -> tuple[CheckState, ...]:
    """Return the checks at the start of a step: what was folded stays, what was said does not."""
    again = {"verdict": "NoEvidence", "why": "the step just began"}
    return tuple(check.model_copy(update=again) for check in checks)
