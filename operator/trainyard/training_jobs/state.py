"""What does /metrics show of a TrainingJob?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.reconciling.controller import StateSample


def state_of(job: TrainingJob) -> Iterable[StateSample]:
    """Yield how many of the kept runs are in which phase, and what the brakes have counted."""
    for phase, count in sorted(Counter(run.phase for run in job.status.runs).items()):
        yield StateSample("trainingjob_runs", count, {"phase": phase})
    failures = job.status.brakes.failures_in_a_row if job.status.brakes is not None else 0
    yield StateSample("trainingjob_failures_in_a_row", failures, {})
