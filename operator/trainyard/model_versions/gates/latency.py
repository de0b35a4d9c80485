"""A gate on time: a call of the model takes at most so long."""

from __future__ import annotations

from trainyard.api.gates import Direction, Gate, measure_of
from trainyard.model_versions.gates.comparison import compared, number, shown
from trainyard.model_versions.gates.judgement import Evidence, Judgement, failed
from trainyard.model_versions.gates.measures import measured_value


def judge(gate: Gate, evidence: Evidence) -> Judgement:
    """Return whether the percentile of the calls keeps `maxMilliseconds`."""
    asked = gate.latency
    if asked is None:
        return failed("it has no bound")
    rows = f"{asked.rows} row{'s' if asked.rows > 1 else ''}"
    what = f"p{asked.percentile} of calls with {rows}"
    found = measured_value(what, measure_of(gate), evidence.measures)
    if isinstance(found, Judgement):
        return found
    bound = number(asked.max_milliseconds)
    if bound is None:
        return failed(f"maxMilliseconds is not a number: {asked.max_milliseconds}")
    return compared(what, found.value, Direction.LOWER, bound, f"{shown(bound)} ms")
