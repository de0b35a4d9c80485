"""A gate on fairness: the answers for two slices do not surely differ by more than so much."""

from __future__ import annotations

from trainyard.api.gates import FairnessGate, Gate, measure_of
from trainyard.model_versions.gates.comparison import number, shown
from trainyard.model_versions.gates.judgement import Evidence, Judgement, failed, passed
from trainyard.model_versions.gates.measures import measured_value, with_note


def judge(gate: Gate, evidence: Evidence) -> Judgement:
    """Return whether the lower bound of the largest difference is at most `max`."""
    asked = gate.fairness or FairnessGate(column="")
    what = f"{asked.measure} by {asked.column}"
    found = measured_value(what, measure_of(gate), evidence.measures)
    if isinstance(found, Judgement):
        return found
    low, high = number(found.measured.low), number(found.measured.high)
    bound = number(asked.max)
    if low is None or high is None or bound is None:
        return failed(f"{what} has no bounds, or max is no number: {asked.max}")
    text = (
        f"{what} {shown(found.value)} between {found.measured.of}, with "
        f"{asked.confidence_percent} % at least {shown(low)} and at most {shown(high)}"
    )
    sure = low > bound
    said = f"{text}: {'surely above' if sure else 'not surely above'} {shown(bound)}"
    return with_note(failed(said) if sure else passed(said), found.measured.note)
