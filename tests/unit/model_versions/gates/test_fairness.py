"""Gates on fairness, judged."""

from __future__ import annotations

import pytest

from trainyard.api.gates import Gate
from trainyard.api.measures import Measured
from trainyard.model_versions.gates.fairness import judge
from trainyard.model_versions.gates.judgement import Evidence

KEY = "Fairness:DemographicParityDifference:50:95:site"


@pytest.mark.parametrize(
    ("low", "outcome", "words"),
    [
        pytest.param("0.11", "Failed", "surely above 0.1 (3 slices)", id="surely unfair"),
        pytest.param("0.1", "Passed", "not surely above 0.1 (3 slices)", id="perhaps by chance"),
        pytest.param("0", "Passed", "not surely above 0.1 (3 slices)", id="hardly anything"),
    ],
)
def test_a_difference_has_to_be_sure(low: str, outcome: str, words: str) -> None:
    """Between few rows large differences come by chance."""
    gate = Gate.model_validate({"name": "g", "fairness": {"column": "site", "max": "0.1"}})
    measured = Measured(value="0.2", low=low, high="0.3", of="left and right", note="3 slices")
    found = judge(gate, Evidence({}, measures={KEY: measured}))
    expected = (
        "DemographicParityDifference by site 0.2 between left and right, with 95 % at least"
        f" {low} and at most 0.3: {words}"
    )
    assert (outcome, expected) == (found.outcome, found.message)


def test_without_bounds_it_fails() -> None:
    """A value alone says nothing about chance."""
    gate = Gate.model_validate({"name": "g", "fairness": {"column": "site"}})
    found = judge(gate, Evidence({}, measures={KEY: Measured(value="0.2")}))
    assert "Failed" == found.outcome
