"""Which runs are there, which one is at work, and what does the next one look like?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Inputs, Run
from trainyard.conditions import shorten
from trainyard.training_jobs.identity import describe_recipe, run_name

AT_WORK = frozenset({"Pending", "Running", "Reporting"})
Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class RunSetting:
    """What a new run needs to know beside its inputs."""

    target: str
    champion: str | None
    now: datetime


def run_at_work(runs: Runs) -> Run | None:
    """Return the run that has begun and not ended; there is never more than one."""
    return next((run for run in runs if run.phase in AT_WORK), None)


def last_ended(runs: Runs) -> Run | None:
    """Return the newest run that succeeded or failed."""
    return next((run for run in runs if run.phase in {"Succeeded", "Failed"}), None)


def latest_for(runs: Runs, inputs: str) -> Run | None:
    """Return the newest run of these inputs."""
    return next((run for run in runs if run.inputs_digest == inputs), None)


def replaced(runs: Runs, run: Run) -> Runs:
    """Return the runs with that of the same name replaced."""
    return tuple(run if other.name == run.name else other for other in runs)


def stopped(run: Run, reason: str, message: str, now: datetime) -> Run:
    """Return the run as it is after somebody stopped it; that is nobody's failure."""
    return run.model_copy(
        update={"phase": "Stopped", "reason": reason, "message": message, "finished_at": now}
    )


def new_run(
    job: TrainingJob, inputs: Inputs, attempt: int, setting: RunSetting, *, retry: int = 0
) -> Run:
    """Return the run of these inputs under that attempt number."""
    return Run(
        name=run_name(job.metadata.name, inputs.digest, attempt),
        attempt=attempt,
        retry=retry,
        inputs_digest=inputs.digest,
        recipe_digest=inputs.recipe_digest,
        dataset_digest=inputs.dataset_digest,
        target=setting.target,
        recipe=shorten(describe_recipe(job.spec), 256),
        cause=inputs.cause,
        champion=setting.champion,
        phase="Pending",
        queued_at=setting.now,
    )


def next_attempt(runs: Runs, versions: Iterable[ModelVersion], inputs: str) -> int:
    """Return the attempt number that these inputs have not used yet."""
    used = [run.attempt for run in runs if run.inputs_digest == inputs]
    used += [v.spec.attempt for v in versions if v.spec.inputs_digest == inputs]
    return max(used, default=-1) + 1
