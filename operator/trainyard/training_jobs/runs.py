"""Which runs are there, and which one is at work?"""

from __future__ import annotations

from collections.abc import Iterable

from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.task import AT_WORK, TaskPhase
from trainyard.api.v1alpha1.training_job_status import Run

Runs = tuple[Run, ...]
_ENDED = frozenset({TaskPhase.SUCCEEDED, TaskPhase.FAILED, TaskPhase.WAITING})


def run_at_work(runs: Runs) -> Run | None:
    """Return the run that has begun and not ended; there is never more than one."""
    return next((run for run in runs if run.phase in AT_WORK), None)


def last_ended(runs: Runs) -> Run | None:
    """Return the newest run that succeeded or failed, also one that is about to be retried."""
    return next((run for run in runs if run.phase in _ENDED), None)


def latest_for(runs: Runs, inputs: str) -> Run | None:
    """Return the newest run of these inputs."""
    return next((run for run in runs if run.inputs_digest == inputs), None)


def replaced(runs: Runs, run: Run) -> Runs:
    """Return the runs with that of the same name replaced."""
    return tuple(run if other.name == run.name else other for other in runs)


def next_number(runs: Runs, versions: Iterable[ModelVersion], inputs: str) -> int:
    """Return the attempt number that these inputs have not used yet."""
    used = [run.attempt for run in runs if run.inputs_digest == inputs]
    used += [v.spec.attempt for v in versions if v.spec.inputs_digest == inputs]
    return max(used, default=-1) + 1
