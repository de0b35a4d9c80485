"""A gate on slices: a metric keeps its bound in every slice of the test rows."""

from __future__ import annotations

from trainyard.api.gates import Direction, Gate, measure_of
from trainyard.model_versions.gates.comparison import compared, number, shown
from trainyard.model_versions.gates.judgement import Evidence, Judgement, failed
from trainyard.model_versions.gates.measures import measured_value, with_note


def judge(gate: Gate, evidence: Evidence) -> Judgement:
    """Return whether the metric keeps `min` or `max` in the slice where it is worst."""
    column = gate.slice.column if gate.slice is not None else ""
    found = measured_value(f"{gate.metric} by {column}", measure_of(gate), evidence.measures)
    if isinstance(found, Judgement):
        return found
    least, most = number(gate.min), number(gate.max)
    bound = least if least is not None else most
    if bound is None:
        return failed(f"its bound is not a number: min {gate.min}, max {gate.max}")
    direction = Direction.HIGHER if least is not None else Direction.LOWER
    what = f"{gate.metric} of {column} = {found.measured.of}"
    said = compared(what, found.value, direction, bound, shown(bound))
    return with_note(said, f"{found.measured.rows} rows, {found.measured.note}")
