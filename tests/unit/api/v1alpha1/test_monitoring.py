"""What may be said about the time after a promotion."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import a_model_deployment
from pydantic import ValidationError

from trainyard.api.v1alpha1.monitoring import MonitoringSpec

QUERY = {"query": "up", "min": "1"}


def test_nothing_is_watched_unless_it_is_named() -> None:
    """No monitor costs anything by itself."""
    assert MonitoringSpec() == a_model_deployment().spec.monitoring


@pytest.mark.parametrize("kind", ["errors", "quality"])
def test_a_monitor_reports_unless_it_says_more(kind: str) -> None:
    """Three bad minutes raise the signal."""
    monitoring = a_model_deployment(monitoring={kind: {"prometheus": QUERY}}).spec.monitoring
    found = monitoring.errors or monitoring.quality
    assert found is not None
    assert ("Report", 60, 3) == (found.action, found.interval_seconds, found.failure_limit)


def test_an_empty_comparison_has_defaults() -> None:
    """Half as much again is tolerated: nobody is in the same minutes any more."""
    errors = a_model_deployment(
        monitoring={"errors": {"againstPrevious": {}}}
    ).spec.monitoring.errors
    assert errors is not None
    assert errors.against_previous is not None
    assert "1.5" == errors.against_previous.max_ratio


@pytest.mark.parametrize(
    "monitoring",
    [
        {"errors": {"prometheus": QUERY, "action": "Retrain"}},
        {"quality": {"action": "Undo"}},
        {"errors": {"againstPrevious": {"maxRatio": "much"}}},
    ],
)
def test_what_cannot_be_is_refused(monitoring: dict[str, Any]) -> None:
    """By the schema."""
    with pytest.raises(ValidationError):
        a_model_deployment(monitoring=monitoring)
