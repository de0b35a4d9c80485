"""Gates on behaviour, judged."""

from __future__ import annotations

import pytest

from trainyard.api.gates import Gate
from trainyard.api.measures import Measured
from trainyard.model_versions.gates.behaviour import judge
from trainyard.model_versions.gates.judgement import Evidence


@pytest.mark.parametrize(
    ("measured", "outcome", "message"),
    [
        pytest.param(Measured(value="0", rows=3), "Passed", "3 of 3 behaviours kept", id="all"),
        pytest.param(
            Measured(value="1", rows=3, note="sites: holds for 93 of 142"),
            "Failed",
            "1 of 3 behaviours failed: sites: holds for 93 of 142",
            id="one failed",
        ),
        pytest.param(
            Measured(why="ConfigMap sane is not there"),
            "Failed",
            "behaviour by sane was not measured: ConfigMap sane is not there",
            id="none could be looked at",
        ),
    ],
)
def test_every_behaviour_is_kept(measured: Measured, outcome: str, message: str) -> None:
    """Those that failed are named."""
    gate = Gate.model_validate({"name": "g", "behaviour": {"configMap": {"name": "sane"}}})
    found = judge(gate, Evidence({}, measures={"Behaviour:sane": measured}))
    assert (outcome, message) == (found.outcome, found.message)
