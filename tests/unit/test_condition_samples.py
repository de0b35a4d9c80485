"""What /metrics shows of conditions."""

from __future__ import annotations

from datetime import UTC, datetime

from trainyard.api.base import Condition
from trainyard.condition_samples import stalled
from trainyard.reconciling.controller import StateSample


def _condition(status: str) -> Condition:
    return Condition.model_validate(
        {
            "type": "Stalled",
            "status": status,
            "reason": "RunFailed",
            "message": "it fails",
            "observedGeneration": 1,
            "lastTransitionTime": datetime(2026, 5, 4, tzinfo=UTC),
        }
    )


def test_what_waits_for_a_person_is_one_sample_with_its_reason() -> None:
    """What waits for nobody shows none, so that an alert on it ends."""
    found = [*stalled("trainingjob", [_condition("True")])]
    assert [StateSample("trainingjob_stalled", 1.0, {"reason": "RunFailed"})] == found
    assert [] == [*stalled("trainingjob", [_condition("False")])]
    assert [] == [*stalled("trainingjob", [])]
