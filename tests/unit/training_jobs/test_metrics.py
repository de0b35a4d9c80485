"""What /metrics shows of a TrainingJob."""

from __future__ import annotations

from builders_training import a_training_job
from training_stories import JOB, a_world, succeed

from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.reconciling.controller import StateSample
from trainyard.training_jobs.metrics import state_of


def test_runs_by_phase_and_failures_in_a_row() -> None:
    """A new TrainingJob has no runs and no failures."""
    none = StateSample("trainingjob_failures_in_a_row", 0, {})
    assert list(state_of(a_training_job())) == [none]
    world = a_world()
    succeed(world, "b")
    job = TrainingJob.model_validate(world.raw(*JOB))
    runs = StateSample("trainingjob_runs", 1, {"phase": "Succeeded"})
    assert list(state_of(job)) == [runs, none]
