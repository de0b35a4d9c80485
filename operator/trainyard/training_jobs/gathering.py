"""Which objects have to be there while a run's model is fitted?"""

from __future__ import annotations

from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Run
from trainyard.jobs.failure import failure_of
from trainyard.jobs.job_view import JobPhase, JobView
from trainyard.reconciling.plan import Create
from trainyard.training_jobs.manifests import gathering_of, run_job
from trainyard.training_jobs.observed import Observed, TrainingTurn


def begun(job: TrainingJob, run: Run, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which the run's Job is created, and before it what its pod asks for."""
    turn = gathered(job, run, observed, turn)
    return turn.doing(Create(run_job(job, run, observed.installation)))


def gathered(job: TrainingJob, run: Run, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which workers that are not there (yet, or any more) are created."""
    there = {(child.kind, child.name) for child in observed.children}
    for manifest in gathering_of(job, run, observed.installation):
        if (manifest["kind"], manifest["metadata"]["name"]) not in there:
            turn = turn.doing(Create(manifest))
    return turn


def told_workers(view: JobView | None) -> str:
    """Return what keeps workers from their work; empty where nothing does."""
    if view is None:
        return ""
    if view.end is not None and view.end.reason == "OOMKilled":
        raised = "raise spec.distributed.resources.limits.memory"
        return f"a worker used more memory than it may: {raised}"
    if view.phase is JobPhase.FAILED:
        failure = failure_of(view)
        return f"its workers are lost: {failure.reason}: {failure.message}"
    return f"its workers: {view.trouble}" if view.trouble else ""
