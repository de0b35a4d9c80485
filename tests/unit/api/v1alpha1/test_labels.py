"""What may be said about labels and slices."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import a_model_deployment
from pydantic import ValidationError

LABELS = {"dataset": {"name": "outcomes"}, "labelColumn": "paid"}


def test_a_dataset_and_a_column_are_enough() -> None:
    """The metric is the accuracy, over the newest thousand rows."""
    monitoring = a_model_deployment(
        monitoring={
            "capture": {},
            "quality": {"labels": LABELS, "min": "0.9"},
            "fairness": {"column": "a"},
        }
    ).spec.monitoring
    quality, fairness = monitoring.quality, monitoring.fairness
    assert quality is not None
    assert quality.labels is not None
    assert fairness is not None
    assert ("request_id", 0, 1000, 100, "accuracy") == (
        quality.labels.request_id_column,
        quality.labels.max_delay_seconds,
        quality.labels.window_rows,
        quality.labels.min_rows,
        quality.metric,
    )
    assert ("DemographicParityDifference", "0.1") == (fairness.measure, fairness.max)


@pytest.mark.parametrize(
    "monitoring",
    [
        {"quality": {"labels": {"labelColumn": "paid"}}},
        {"quality": {"labels": LABELS | {"windowRows": 9}}},
        {"fairness": {"column": "a", "measure": "Feeling"}},
        {"fairness": {"column": ""}},
    ],
)
def test_what_cannot_be_is_refused(monitoring: dict[str, Any]) -> None:
    """By the schema."""
    with pytest.raises(ValidationError):
        a_model_deployment(monitoring=monitoring)
