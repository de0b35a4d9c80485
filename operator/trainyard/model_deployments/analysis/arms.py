"""What is known of each group of requests of a rollout, with its uncertainty.

For people who compare, not for verdicts: an interval covers its number in 95 of 100 cases looked at
once, and is narrower than what many looks allow to conclude. Outcomes have bounds of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from trainyard.api.v1alpha1.arm import Arm, Between, Outcome
from trainyard.model_deployments.analysis.checks.kind import LabelledArms
from trainyard.model_deployments.analysis.evidence import Counts, Interval
from trainyard.model_deployments.analysis.labelled import LabelledValue

Z = 1.959964
"""Of the normal distribution, for 95 % both ways."""


def with_interval(arms: tuple[Arm, ...], interval: Interval, *, mirrored: bool) -> tuple[Arm, ...]:
    """Return the arms with what came in the interval."""
    came = {
        "Stable": interval.stable,
        "Mirrored" if mirrored else "Canary": interval.canary,
        "Matched": interval.matched,
    }
    before = {arm.name: arm for arm in arms}
    return tuple(
        _told(name, _counts(before.get(name)), came.get(name, Counts()), interval)
        for name in ("Stable", "Canary", "Matched", "Mirrored")
        if name in before or came.get(name, Counts()).requests
    )


def with_outcomes(arms: tuple[Arm, ...], labelled: LabelledArms | None) -> tuple[Arm, ...]:
    """Return the arms with what labels say of their versions; groups are not told apart."""
    if labelled is None:
        return arms
    new = next((arm.name for arm in arms if arm.name in ("Canary", "Matched")), None)
    values = {"Stable": labelled.stable, new: labelled.canary}
    return tuple(arm.model_copy(update={"outcome": _outcome(values.get(arm.name))}) for arm in arms)


def _outcome(found: LabelledValue | None) -> Outcome | None:
    if found is None or found.value is None or found.low is None or found.high is None:
        return None
    value, low, high = (f"{number:.4g}" for number in (found.value, found.low, found.high))
    return Outcome(metric=found.name, rows=found.rows, value=value, low=low, high=high)


def _counts(arm: Arm | None) -> Counts:
    return Counts(arm.requests, arm.errors, arm.within) if arm is not None else Counts()


def _told(name: str, before: Counts, came: Counts, interval: Interval) -> Arm:
    if before.within and came.within and len(before.within) != len(came.within):
        before = Counts(before.requests, before.errors)  # other buckets: latency begins anew
    total = before + came
    edges = [float(edge) * interval.edge_milliseconds for edge in interval.edges]
    return Arm.model_validate(
        {
            "name": name,
            "requests": total.requests,
            "errors": total.errors,
            "error_percent": error_percent(total.errors, total.requests),
            "median_milliseconds": quantile(0.5, total.within, edges),
            "p99_milliseconds": quantile(0.99, total.within, edges),
            "within": total.within,
        }
    )


def error_percent(errors: int, requests: int) -> Between | None:
    """Return Wilson's interval of the share that failed; None without a request."""
    if not requests:
        return None
    share, z2 = errors / requests, Z * Z / requests
    middle = share + z2 / 2
    half = Z * math.sqrt(share * (1 - share) / requests + z2 / (4 * requests))
    low, high = (100 * (middle + sign * half) / (1 + z2) for sign in (-1, 1))
    return Between(low=_number(max(0.0, low)), high=_number(min(100.0, high)))


def quantile(share: float, within: Sequence[int], edges: Sequence[float]) -> Between | None:
    """Return the buckets between which the quantile lies, by order statistics; None: not timed."""
    if not within or len(within) != len(edges) or not within[-1]:
        return None
    total = within[-1]
    half = Z * math.sqrt(total * share * (1 - share))
    low, high = total * share - half, total * share + half
    first = next((n for n, count in enumerate(within) if count > low), len(edges) - 1)
    last = next((n for n, count in enumerate(within) if count >= high), len(edges) - 1)
    top = edges[last]
    return Between(
        low=_number(edges[first - 1] if first else 0.0),
        high=_number(top) if math.isfinite(top) else None,
    )


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"
