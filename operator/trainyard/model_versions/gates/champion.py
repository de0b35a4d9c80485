"""A gate against the champion: a metric is at most so much worse than what serves now."""

from __future__ import annotations

from decimal import Decimal

from trainyard.api.gates import AgainstChampion, Direction, Gate, direction_of, measure_of
from trainyard.model_versions.gates.comparison import compared, not_measured, number, shown
from trainyard.model_versions.gates.judgement import (
    ChampionEvidence,
    Evidence,
    Judgement,
    failed,
    passed,
    pending,
)
from trainyard.model_versions.gates.measures import measured_value


def judge(gate: Gate, evidence: Evidence) -> Judgement:
    """Return whether the metric keeps the bound that the champion's own result sets."""
    metric, champion = gate.metric or "", evidence.champion
    value = number(evidence.metrics.get(metric))
    if value is None:
        return not_measured(metric, evidence.metrics)
    if champion is None:
        return pending("the champion is not measured on these test rows so far")
    if champion.absent:
        return passed(f"{metric} {shown(value)}: {champion.absent}")
    if champion.error:
        return failed(
            f"the champion could not be measured on these test rows ({champion.error}): "
            "use min or max instead of againstChampion, or promote by hand"
        )
    return _compared(gate, value, champion)


def _compared(gate: Gate, value: Decimal, champion: ChampionEvidence) -> Judgement:
    theirs = number((champion.metrics or {}).get(gate.metric or ""))
    if theirs is None:
        return failed(f"{gate.metric} of the champion was not measured")
    against = gate.against_champion or AgainstChampion()
    if against.confidence_percent is not None:
        return _surely(gate, against, theirs, champion)
    return _relative(gate, against, value, theirs)


def _surely(
    gate: Gate, against: AgainstChampion, theirs: Decimal, champion: ChampionEvidence
) -> Judgement:
    """Example: 0.02 worse, surely at least 0.012, where 0.005 × 0.9 are allowed: refused.

    Who may be worse is refused when it is surely worse by more; who must be better passes when it
    is so surely.
    """
    what = f"the difference of {gate.metric} to the champion's {shown(theirs)}"
    found = measured_value(what, measure_of(gate), champion.measures)
    if isinstance(found, Judgement):
        return found
    low, high = number(found.measured.low), number(found.measured.high)
    if low is None or high is None:
        return failed(f"{what} has no bounds")
    share = number(against.max_regression) or Decimal(0)
    worse, surely, at_most = -found.value, -high, -low
    if direction_of(gate) is Direction.LOWER:
        worse, surely, at_most = found.value, low, high
    allowed = share * abs(theirs)
    text = (
        f"{what} is {shown(found.value)} on {found.measured.rows} rows, with "
        f"{against.confidence_percent} % at least {shown(low)} and at most {shown(high)}"
    )
    if share < 0:
        verdict = "surely better" if at_most <= allowed else "not surely better"
        said = f"{text}: {verdict} by {shown(-allowed)}"
        return passed(said) if at_most <= allowed else failed(said)
    by_more = f" by more than {shown(allowed)}" if allowed else ""
    if surely > allowed:
        return failed(f"{text}: surely worse{by_more}")
    return passed(f"{text}: {'not surely ' if worse > allowed else 'not '}worse{by_more}")


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
    return compared(gate.metric or "", value, direction, bound, text)
