"""A gate with a fixed bound: a metric on the test rows is at least, or at most, so much."""

from __future__ import annotations

from trainyard.api.gates import Direction, Gate
from trainyard.model_versions.gates.comparison import compared, not_measured, number, shown
from trainyard.model_versions.gates.judgement import Evidence, Judgement, failed


def judge(gate: Gate, evidence: Evidence) -> Judgement:
    """Return whether the metric keeps `min` or `max`."""
    metric = gate.metric or ""
    value = number(evidence.metrics.get(metric))
    if value is None:
        return not_measured(metric, evidence.metrics)
    least, most = number(gate.min), number(gate.max)
    if least is not None:
        return compared(metric, value, Direction.HIGHER, least, shown(least))
    if most is not None:
        return compared(metric, value, Direction.LOWER, most, shown(most))
    return failed(f"its bound is not a number: min {gate.min}, max {gate.max}")
