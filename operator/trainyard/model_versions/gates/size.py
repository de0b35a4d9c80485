"""A gate on size: the bundle has at most so many bytes."""

from __future__ import annotations

from trainyard.api.gates import Direction, Gate, measure_of
from trainyard.api.quantities import number_of
from trainyard.model_versions.gates.comparison import compared
from trainyard.model_versions.gates.judgement import Evidence, Judgement, failed
from trainyard.model_versions.gates.measures import measured_value


def judge(gate: Gate, evidence: Evidence) -> Judgement:
    """Return whether the bundle is no larger than `max`."""
    found = measured_value("bytes of the bundle", measure_of(gate), evidence.measures)
    if isinstance(found, Judgement):
        return found
    most = gate.size.max if gate.size is not None else None
    bound = number_of(most)
    if bound is None:
        return failed(f"its bound is not a number of bytes: {most}")
    return compared("bytes of the bundle", found.value, Direction.LOWER, bound, str(most))
