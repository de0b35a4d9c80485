"""Gates with a fixed bound, judged."""

from __future__ import annotations

import pytest

from trainyard.api.gates import Gate
from trainyard.model_versions.gates.bound import judge
from trainyard.model_versions.gates.judgement import Evidence

METRICS = {"rmse": "4.1", "odd": "NaN"}


@pytest.mark.parametrize(
    ("fields", "outcome", "message"),
    [
        pytest.param({"metric": "rmse", "max": "4.1"}, "Passed", "rmse 4.1 ≤ 4.1", id="a maximum"),
        pytest.param({"metric": "rmse", "min": "4.2"}, "Failed", "rmse 4.1 < 4.2", id="a minimum"),
        pytest.param(
            {"metric": "mae", "max": "1"},
            "Failed",
            "mae was not measured; measured were: odd, rmse",
            id="a metric that nobody measured",
        ),
        pytest.param(
            {"metric": "odd", "max": "1"},
            "Failed",
            "odd was not measured; measured were: odd, rmse",
            id="a value that is no number",
        ),
        pytest.param(
            {"metric": "rmse", "max": "1e99999999999999999999"},
            "Failed",
            "its bound is not a number: min None, max 1e99999999999999999999",
            id="a bound that no number reaches",
        ),
    ],
)
def test_a_bound(fields: dict[str, str], outcome: str, message: str) -> None:
    """Whatever the champion does."""
    found = judge(Gate.model_validate({"name": "g", **fields}), Evidence(METRICS))
    assert (outcome, message) == (found.outcome, found.message)
