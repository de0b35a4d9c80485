"""Gates on time, judged."""

from __future__ import annotations

import pytest

from trainyard.api.gates import Gate
from trainyard.api.measures import Measured
from trainyard.model_versions.gates.judgement import Evidence
from trainyard.model_versions.gates.latency import judge


@pytest.mark.parametrize(
    ("spent", "outcome", "message"),
    [
        pytest.param("5", "Passed", "p99 of calls with 8 rows 5 ≤ 5 ms", id="in time"),
        pytest.param("5.1", "Failed", "p99 of calls with 8 rows 5.1 > 5 ms", id="too slow"),
    ],
)
def test_a_call_has_so_long(spent: str, outcome: str, message: str) -> None:
    """At the percentile that is asked for."""
    latency = {"rows": 8, "maxMilliseconds": "5"}
    evidence = Evidence({}, measures={"Latency:8:99": Measured(value=spent)})
    found = judge(Gate.model_validate({"name": "g", "latency": latency}), evidence)
    assert (outcome, message) == (found.outcome, found.message)


def test_what_was_not_timed_is_waited_for() -> None:
    """It can be."""
    gate = Gate.model_validate({"name": "g", "latency": {"maxMilliseconds": "5"}})
    expected = "p99 of calls with 1 row is not measured on these test rows so far"
    assert expected == judge(gate, Evidence({})).message
