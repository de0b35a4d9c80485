"""When a TrainingJob runs again, as users write it."""

from __future__ import annotations

from trainyard.api.v1alpha1.retrain import Retrain


def test_every_trigger_is_off_unless_named() -> None:
    """And the limits have these defaults."""
    retrain = Retrain()
    assert (retrain.on_new_data, retrain.on_signals) == (None, ())
    limits = retrain.limits
    assert (limits.cooldown_seconds, limits.max_runs_per_day, limits.max_failures_in_a_row) == (
        3600,
        4,
        3,
    )
