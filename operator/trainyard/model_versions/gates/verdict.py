"""What do all gates say of a version, and is that a verdict?

A gate that failed settles it, whatever else is pending; without one, nothing may be pending.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from trainyard.api.gates import Gate, GateKind, kind_of
from trainyard.api.v1alpha1.model_version import GateOutcome, GateReport
from trainyard.conditions import shorten
from trainyard.model_versions.gates import (
    behaviour,
    bound,
    champion,
    fairness,
    latency,
    size,
    slices,
)
from trainyard.model_versions.gates.judgement import Evidence, Judgement

_LONGEST = 256
_JUDGES: Mapping[GateKind, Callable[[Gate, Evidence], Judgement]] = {
    GateKind.BOUND: bound.judge,
    GateKind.CHAMPION: champion.judge,
    GateKind.SLICE: slices.judge,
    GateKind.FAIRNESS: fairness.judge,
    GateKind.LATENCY: latency.judge,
    GateKind.SIZE: size.judge,
    GateKind.BEHAVIOUR: behaviour.judge,
}


def judge(gates: Sequence[Gate], evidence: Evidence) -> tuple[GateReport, ...]:
    """Return what each gate says, in their order."""
    return tuple(_judge(gate, evidence) for gate in gates)


def _judge(gate: Gate, evidence: Evidence) -> GateReport:
    kind = kind_of(gate)
    found = _JUDGES[kind](gate, evidence)
    return GateReport(
        name=gate.name,
        kind=kind,
        outcome=found.outcome,
        message=shorten(found.message, _LONGEST),
    )


def is_settled(reports: Sequence[GateReport]) -> bool:
    """Tell whether these reports are a verdict."""
    outcomes = {report.outcome for report in reports}
    return GateOutcome.FAILED in outcomes or GateOutcome.PENDING not in outcomes


def is_accepted(reports: Sequence[GateReport]) -> bool:
    """Tell whether the version fulfils every gate."""
    return all(report.outcome is GateOutcome.PASSED for report in reports)
