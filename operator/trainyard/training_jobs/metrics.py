"""What does /metrics show of a TrainingJob?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.condition_samples import stalled
from trainyard.reconciling.controller import StateSample


def state_of(job: TrainingJob) -> Iterable[StateSample]:
    """Yield kept runs by phase, how many retrains in a row came to nothing, what stalls it."""
    for phase, count in sorted(Counter(run.phase for run in job.status.runs).items()):
        yield StateSample("trainingjob_runs", count, {"phase": phase})
    failures = job.status.limits.failures_in_a_row if job.status.limits is not None else 0
    yield StateSample("trainingjob_failures_in_a_row", failures, {})
    yield from stalled("trainingjob", job.status.conditions)
