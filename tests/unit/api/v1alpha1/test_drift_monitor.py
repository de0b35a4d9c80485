"""What may be said about drift."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import a_model_deployment
from pydantic import ValidationError


def test_an_empty_block_watches_with_the_defaults() -> None:
    """And no block watches nothing."""
    assert a_model_deployment().spec.monitoring.drift is None
    drift = a_model_deployment(monitoring={"drift": {}}).spec.monitoring.drift
    assert drift is not None
    assert (86400, 500, "0.1", 2, ()) == (
        drift.window_seconds,
        drift.min_rows,
        drift.min_effect,
        drift.windows,
        drift.ignore,
    )


@pytest.mark.parametrize(
    "drift",
    [
        {"windowSeconds": 9},
        {"minRows": 49},
        {"minEffect": "some"},
        {"windows": 0},
        {"ignore": [""]},
    ],
)
def test_what_cannot_be_is_refused(drift: dict[str, Any]) -> None:
    """By the schema."""
    with pytest.raises(ValidationError):
        a_model_deployment(monitoring={"drift": drift})
