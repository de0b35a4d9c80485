"""What may be said about captures."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import a_model_deployment
from pydantic import ValidationError


def test_an_empty_block_keeps_a_tenth_for_a_month() -> None:
    """And no block keeps nothing."""
    assert a_model_deployment().spec.monitoring.capture is None
    capture = a_model_deployment(monitoring={"capture": {}}).spec.monitoring.capture
    assert capture is not None
    assert ("10", (), 30) == (capture.sampled_percent, capture.exclude, capture.retention_days)


@pytest.mark.parametrize(
    "capture",
    [{"sampledPercent": 101}, {"sampledPercent": "x"}, {"retentionDays": 0}, {"exclude": [""]}],
)
def test_what_cannot_be_is_refused(capture: dict[str, Any]) -> None:
    """By the schema."""
    with pytest.raises(ValidationError):
        a_model_deployment(monitoring={"capture": capture})
