"""A gate on behaviour: every one that a ConfigMap asks for is kept."""

from __future__ import annotations

from trainyard.api.gates import Gate, measure_of
from trainyard.model_versions.gates.judgement import Evidence, Judgement, failed, passed
from trainyard.model_versions.gates.measures import measured_value


def judge(gate: Gate, evidence: Evidence) -> Judgement:
    """Return whether none of the behaviours failed."""
    name = gate.behaviour.config_map.name if gate.behaviour is not None else ""
    found = measured_value(f"behaviour by {name}", measure_of(gate), evidence.measures)
    if isinstance(found, Judgement):
        return found
    asked = found.measured.rows
    if found.value > 0:
        return failed(f"{found.value} of {asked} behaviours failed: {found.measured.note}")
    return passed(f"{asked} of {asked} behaviours kept")
