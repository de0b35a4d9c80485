"""How long a step takes at the present rate of requests, and which field shortens it."""

from __future__ import annotations

import math

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.analysis.checks.kinds import compares
from trainyard.model_deployments.rollout.steps import is_preview, step_at

DIGITS = 2
"""A forecast with more would change with each look at the counters."""
UNITS = ((172_800, 86_400, "days"), (7_200, 3_600, "h"), (120, 60, "min"))


def expected_seconds(
    spec: ModelDeploymentSpec, rollout: RolloutStatus, number: int | None = None
) -> int | None:
    """Return how long the step with this number (None: the present one) takes in all at the rate
    of the present step, or None while that is not known.
    """
    step = step_at(spec, rollout.step if number is None else number)
    if step is None:
        return None
    if is_preview(step) or not compares(spec.analysis):
        return step.min_seconds
    weight = step.weight_percent
    share = step.mirror_percent or 100 if weight is None else min(weight, 100 - weight)
    fewest = _rate(rollout) * share / 100
    if not fewest:
        return None
    return max(step.min_seconds, _rounded(spec.analysis.min_requests / fewest))


def _rate(rollout: RolloutStatus) -> float:
    """Return requests of users a second to both versions in this step; 0 while none was counted."""
    if rollout.observed_until is None:
        return 0.0
    counted = (rollout.observed_until - rollout.step_started_at).total_seconds()
    copies = rollout.mirror_percent and not rollout.weight_percent
    requests = rollout.stable_requests + (0 if copies else rollout.canary_requests)
    return requests / counted if counted > 0 else 0.0


def told_with_forecast(why: str, spec: ModelDeploymentSpec, rollout: RolloutStatus) -> str:
    """Return why the step lasts, how long it will, and what shortens it."""
    analysis, expected = spec.analysis, rollout.expected_seconds
    step = step_at(spec, rollout.step)
    if expected is None or step is None:
        return why
    total = f"{why}; about {duration(expected)} in all at the present rate"
    if expected <= step.min_seconds:
        return f"{total} (minSeconds is {step.min_seconds})"
    shorter = f"a lower analysis.minRequests ({analysis.min_requests}) or another share"
    limit = analysis.evidence_timeout_seconds
    after = f"; onNoEvidence ({analysis.on_no_evidence}) applies after {duration(limit)}"
    return f"{total}, which {shorter} shortens{after if expected > limit else ''}"


def duration(seconds: int) -> str:
    """Return it in the unit that people would use."""
    for least, unit, name in UNITS:
        if seconds >= least:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds} s"


def _rounded(seconds: float) -> int:
    if seconds < 1:
        return 1
    unit = int(10 ** max(0, math.floor(math.log10(seconds)) + 1 - DIGITS))
    return math.ceil(seconds / unit) * unit
