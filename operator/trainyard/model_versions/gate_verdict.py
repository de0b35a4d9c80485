"""Does a version pass its gates? A pure comparison of measured numbers with bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trainyard.api.gates import AgainstChampion, Direction, Gate, direction_of
from trainyard.api.v1alpha1.model_version import GateReport
from trainyard.conditions import shorten
from trainyard.model_versions.numbers import number, shown

_LONGEST = 256
_METRICS_NAMED = 8
_SIGNS = {(True, True): "≥", (True, False): "<", (False, True): "≤", (False, False): ">"}
"""(higher is better, passed) → how value and bound compare."""


@dataclass(frozen=True, slots=True)
class Opponent:
    """What a version is compared with."""

    metrics: Mapping[str, str] | None = None
    """The champion's own results on the same test rows."""
    absent: str = ""
    """Why there is no champion to compare with; then such gates pass and say so."""
    error: str = ""
    """Why the champion could not be measured; then such gates fail."""


def judge(
    gates: Sequence[Gate], metrics: Mapping[str, str], opponent: Opponent
) -> tuple[GateReport, ...]:
    """Return what each gate says, in their order."""
    return tuple(_judge(gate, metrics, opponent) for gate in gates)


def _judge(gate: Gate, metrics: Mapping[str, str], opponent: Opponent) -> GateReport:
    value = number(metrics.get(gate.metric))
    if value is None:
        known = ", ".join(sorted(metrics)[:_METRICS_NAMED]) or "none"
        return _failed(gate, f"{gate.metric} was not measured; measured were: {known}")
    if gate.against_champion is None:
        return _absolute(gate, value)
    if opponent.absent:
        return GateReport(
            name=gate.name,
            outcome="NoChampion",
            message=shorten(f"{gate.metric} {shown(value)}: {opponent.absent}", _LONGEST),
        )
    if opponent.error:
        text = (
            f"the champion could not be measured on these test rows ({opponent.error}): "
            "use min or max instead of againstChampion, or promote by hand"
        )
        return _failed(gate, text)
    theirs = number((opponent.metrics or {}).get(gate.metric))
    if theirs is None:
        return _failed(gate, f"{gate.metric} of the champion was not measured")
    return _relative(gate, gate.against_champion, value, theirs)


def _absolute(gate: Gate, value: Decimal) -> GateReport:
    least, most = number(gate.min), number(gate.max)
    if least is not None:
        return _compared(gate, value, Direction.HIGHER, least, shown(least))
    if most is not None:
        return _compared(gate, value, Direction.LOWER, most, shown(most))
    return _failed(gate, f"its bound is not a number: min {gate.min}, max {gate.max}")


def _relative(gate: Gate, against: AgainstChampion, value: Decimal, theirs: Decimal) -> GateReport:
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
    return _compared(gate, value, direction, bound, text)


def _compared(
    gate: Gate, value: Decimal, direction: Direction, bound: Decimal, text: str
) -> GateReport:
    higher = direction is Direction.HIGHER
    passed = value >= bound if higher else value <= bound
    message = f"{gate.metric} {shown(value)} {_SIGNS[higher, passed]} {text}"
    return GateReport(
        name=gate.name,
        outcome="Passed" if passed else "Failed",
        message=shorten(message, _LONGEST),
    )


def _failed(gate: Gate, message: str) -> GateReport:
    return GateReport(name=gate.name, outcome="Failed", message=shorten(message, _LONGEST))
