"""How does the run at work move on: Pending → Running → (Reporting →) Succeeded or Failed?"""

from __future__ import annotations

from dataclasses import replace

from trainyard.api.v1alpha1.model_version import ModelVersionSpec
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Run, TrainingJobReason
from trainyard.jobs.failure import UNREADABLE, Failure, Fault, failure_of
from trainyard.jobs.job_view import JobPhase, JobView
from trainyard.reconciling.plan import Create
from trainyard.training_jobs.identity import version_name
from trainyard.training_jobs.manifests import model_version, run_job, run_report_job
from trainyard.training_jobs.result import metrics_for_run, read_result
from trainyard.training_jobs.retries import after_failure
from trainyard.training_jobs.runs import replaced, run_at_work
from trainyard.training_jobs.seen import Observed, TrainingTurn
from trainyard.training_jobs.versions import version_named

_LOST = Failure(
    Fault.MACHINE, "JobLost", "its Job vanished and the store holds no result of the run"
)
_GONE = frozenset({JobPhase.ABSENT, JobPhase.FOREIGN})


def progressed(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which the run at work is as far as its Job shows."""
    run = run_at_work(turn.status.runs)
    if run is None:
        return turn
    if run.phase == "Reporting":
        return _reporting(job, observed, turn, run)
    view = observed.job
    if view is None or view.name != run.name or view.phase in _GONE:
        return _without_job(job, observed, turn, run)
    if view.started_at is not None and run.started_at is None:
        run = run.model_copy(update={"phase": "Running", "started_at": view.started_at})
        turn = _with(turn, run)
    if view.phase is JobPhase.FAILED:
        # The pods, and with them the begin, may be gone by now: the status remembers it.
        begun = replace(view, started_at=view.started_at or run.started_at)
        return failed(job, turn, run, failure_of(begun))
    if view.phase is JobPhase.SUCCEEDED:
        return _succeeded(job, observed, turn, view)
    return turn


def _without_job(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, run: Run
) -> TrainingTurn:
    if run.phase == "Pending":
        return turn.doing(Create(run_job(job, run, observed.installation)))
    return _asked_store(job, observed, turn, run)


def _asked_store(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, run: Run
) -> TrainingTurn:
    asking = run.model_copy(update={"phase": "Reporting"})
    report = run_report_job(job, asking, observed.installation)
    return _with(turn, asking).doing(Create(report))


def _reporting(job: TrainingJob, observed: Observed, turn: TrainingTurn, run: Run) -> TrainingTurn:
    view = observed.report
    if view is None or view.phase in _GONE:
        return turn.doing(Create(run_report_job(job, run, observed.installation)))
    if view.phase is JobPhase.FAILED:
        return failed(job, turn, run, _LOST)
    if view.phase is not JobPhase.SUCCEEDED:
        return turn
    if view.result is None:
        return failed(job, turn, run, UNREADABLE)
    return _succeeded(job, observed, turn, view)


def _succeeded(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, view: JobView
) -> TrainingTurn:
    run = run_at_work(turn.status.runs)
    if run is None:
        return turn
    if view.result is None:
        return _asked_store(job, observed, turn, run)
    image = observed.job.image if observed.job is not None else ""
    found = read_result(job, run, view.result, image)
    if isinstance(found, Failure):
        return failed(job, turn, run, found)
    name = version_name(job.metadata.name, found.bundle_digest)
    if version_named(observed.versions, name) is None:
        # The record comes first: only when it exists has the run ended, and its Job may go.
        return turn.doing(Create(model_version(job, found)))
    return _recorded(turn, run, found, name)


def _recorded(turn: TrainingTurn, run: Run, found: ModelVersionSpec, name: str) -> TrainingTurn:
    metrics = metrics_for_run(found)
    over = run.model_copy(
        update={
            "phase": "Succeeded",
            "finished_at": turn.now,
            "bundle_digest": found.bundle_digest,
            "model_version": name,
            "metrics": metrics,
            "reason": str(TrainingJobReason.RUN_SUCCEEDED),
            "message": "",
        }
    )
    shown = ", ".join(f"{metric} {value}" for metric, value in list(metrics.items())[:6])
    turn = _with(turn, over).changed(image=found.image or turn.status.image)
    text = f"run {run.name} ({run.cause.kind}) gave ModelVersion {name}: {shown}"
    return turn.noted(TrainingJobReason.VERSION_RECORDED, text)


def failed(job: TrainingJob, turn: TrainingTurn, run: Run, failure: Failure) -> TrainingTurn:
    """Return the turn in which the run failed, for good or until its next attempt."""
    after = after_failure(run, failure, job.spec.attempts, turn.now)
    text = f"run {run.name}: {failure.reason}: {failure.message}"
    if after.retry_at is not None:
        text += f" (tried again at {after.retry_at:%H:%M:%S} UTC)"
        reason = TrainingJobReason.WAITING_TO_RETRY
    else:
        reason = TrainingJobReason.RUN_FAILED
    return _with(turn, after).noted(reason, text, warning=True)


def _with(turn: TrainingTurn, run: Run) -> TrainingTurn:
    return turn.changed(runs=replaced(turn.status.runs, run))
