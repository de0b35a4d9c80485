"""Gates on slices, judged."""

from __future__ import annotations

import pytest

from trainyard.api.gates import Gate
from trainyard.api.measures import Measured
from trainyard.model_versions.gates.judgement import Evidence
from trainyard.model_versions.gates.slices import judge

LOWEST = "Slice:recall:Lowest:50:site"
FOUND = Measured(value="0.82", rows=120, of="left", note="lowest of 3")


@pytest.mark.parametrize(
    ("least", "measured", "outcome", "message"),
    [
        pytest.param(
            "0.9",
            FOUND,
            "Failed",
            "recall of site = left 0.82 < 0.9 (120 rows, lowest of 3)",
            id="below in one slice",
        ),
        pytest.param(
            "0.82",
            FOUND,
            "Passed",
            "recall of site = left 0.82 ≥ 0.82 (120 rows, lowest of 3)",
            id="kept by the worst",
        ),
        pytest.param(
            "0.9",
            Measured(why="none of its 9 values has 50 test rows"),
            "Failed",
            "recall by site was not measured: none of its 9 values has 50 test rows",
            id="no slice of enough rows",
        ),
    ],
)
def test_the_worst_slice_counts(least: str, measured: Measured, outcome: str, message: str) -> None:
    """It is named, with its rows."""
    fields = {"name": "g", "metric": "recall", "min": least, "slice": {"column": "site"}}
    evidence = Evidence({}, measures={LOWEST: measured})
    found = judge(Gate.model_validate(fields), evidence)
    assert (outcome, message) == (found.outcome, found.message)


def test_under_a_maximum_the_highest_counts() -> None:
    """Errors are better when they are low."""
    fields = {"name": "g", "metric": "rmse", "max": "4", "slice": {"column": "site"}}
    evidence = Evidence({}, measures={"Slice:rmse:Highest:50:site": Measured(value="4.1", of="a")})
    assert "Failed" == judge(Gate.model_validate(fields), evidence).outcome
