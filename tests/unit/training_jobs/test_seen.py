"""The turn of a TrainingJob."""

from __future__ import annotations

from builders_training import NOW

from trainyard.api.v1alpha1.training_job_status import BrakesState, TrainingJobStatus
from trainyard.reconciling.turn import Turn
from trainyard.training_jobs.seen import brakes_state


def test_brakes_that_never_counted_have_counted_nothing() -> None:
    """And those that did keep their count."""
    counted = BrakesState(failures_in_a_row=2)
    assert brakes_state(Turn(status=TrainingJobStatus(), now=NOW)) == BrakesState()
    assert brakes_state(Turn(status=TrainingJobStatus(brakes=counted), now=NOW)) == counted
