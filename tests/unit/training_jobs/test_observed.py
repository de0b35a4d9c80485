"""The turn of a TrainingJob."""

from __future__ import annotations

from builders_training import NOW

from trainyard.api.v1alpha1.retrain import LimitsState
from trainyard.api.v1alpha1.training_job_status import TrainingJobStatus
from trainyard.reconciling.turn import Turn
from trainyard.training_jobs.observed import limits_state


def test_brakes_that_never_counted_have_counted_nothing() -> None:
    """And those that did keep their count."""
    counted = LimitsState(failures_in_a_row=2)
    assert limits_state(Turn(status=TrainingJobStatus(), now=NOW)) == LimitsState()
    assert limits_state(Turn(status=TrainingJobStatus(limits=counted), now=NOW)) == counted
