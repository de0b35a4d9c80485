"""Gates on size, judged."""

from __future__ import annotations

import pytest

from trainyard.api.gates import Gate
from trainyard.api.measures import Measured
from trainyard.model_versions.gates.judgement import Evidence
from trainyard.model_versions.gates.size import judge


@pytest.mark.parametrize(
    ("found", "outcome", "message"),
    [
        pytest.param("2048", "Passed", "bytes of the bundle 2048 ≤ 2Ki", id="as large as it may"),
        pytest.param("2049", "Failed", "bytes of the bundle 2049 > 2Ki", id="a byte larger"),
    ],
)
def test_a_bundle_has_so_many_bytes(found: str, outcome: str, message: str) -> None:
    """In Kubernetes' notation."""
    gate = Gate.model_validate({"name": "g", "size": {"max": "2Ki"}})
    said = judge(gate, Evidence({}, measures={"Size": Measured(value=found)}))
    assert (outcome, message) == (said.outcome, said.message)


def test_a_bound_that_is_no_number_fails() -> None:
    """A typing error must not let everything pass."""
    gate = Gate.model_validate({"name": "g", "size": {"max": "1.2.3Mi"}})
    assert "Failed" == judge(gate, Evidence({}, measures={"Size": Measured(value="1")})).outcome
