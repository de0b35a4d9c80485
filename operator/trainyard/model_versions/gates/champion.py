"""A gate against the champion: a metric is at most so much worse than what serves now."""

from __future__ import annotations

from decimal import Decimal

from trainyard.api.gates import AgainstChampion, Direction, Gate, direction_of
from trainyard.model_versions.gates.comparison import compared, not_measured, number, shown
from trainyard.model_versions.gates.judgement import (
    Evidence,
    Judgement,
    failed,
    passed,
    pending,
)


def judge(gate: Gate, evidence: Evidence) -> Judgement:
    """Return whether the metric keeps the bound that the champion's own result sets."""
    value, champion = number(evidence.metrics.get(gate.metric)), evidence.champion
    if value is None:
        return not_measured(gate.metric, evidence.metrics)
    if champion is None:
        return pending("the champion is not measured on these test rows so far")
    if champion.absent:
        return passed(f"{gate.metric} {shown(value)}: {champion.absent}")
    if champion.error:
        return failed(
            f"the champion could not be measured on these test rows ({champion.error}): "
            "use min or max instead of againstChampion, or promote by hand"
        )
    theirs = number((champion.metrics or {}).get(gate.metric))
    if theirs is None:
        return failed(f"{gate.metric} of the champion was not measured")
    return _relative(gate, gate.against_champion or AgainstChampion(), value, theirs)


def _relative(gate: Gate, against: AgainstChampion, value: Decimal, theirs: Decimal) -> Judgement:
    """Example: champion rmse 3.9 and maxRegression 0.02 allow up to 3.9 × 1.02 = 3.978."""
    share = number(against.max_regression) or Decimal(0)
    direction = direction_of(gate)
    sign = 1 if direction is Direction.LOWER else -1
    bound = theirs + sign * share * abs(theirs)
    if share == 0:
        text = shown(theirs)
    elif theirs >= 0:
        text = f"{shown(theirs)} × {shown(1 + sign * share)}"
    else:
        text = f"{shown(bound)} (champion {shown(theirs)}, {shown(share)} of it allowed)"
    return compared(gate.metric, value, direction, bound, text)
