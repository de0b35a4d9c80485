"""What a rehearsal is asked for."""

from __future__ import annotations

from builders_serving import a_model_deployment

from trainyard.api.v1alpha1.rehearsal import RehearsalSpec


def test_a_thousand_rows_unless_said_otherwise() -> None:
    """And none at all unless it is named."""
    assert 1000 == RehearsalSpec().rows
    assert a_model_deployment().spec.analysis.rehearsal is None
