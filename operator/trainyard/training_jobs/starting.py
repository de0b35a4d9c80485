"""When does a run begin, and when is one stopped?"""

from __future__ import annotations

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Inputs, Run, RunCause, TrainingJobReason
from trainyard.champion import find_champion
from trainyard.conditions import shorten
from trainyard.reconciling.plan import Create
from trainyard.training_jobs.manifests import run_job
from trainyard.training_jobs.runs import (
    RunSetting,
    latest_for,
    new_run,
    next_attempt,
    replaced,
    run_at_work,
    stopped,
)
from trainyard.training_jobs.seen import Observed, TrainingTurn


def with_inputs(turn: TrainingTurn, inputs: Inputs) -> TrainingTurn:
    """Return the turn with these inputs as the current ones; a run of others is stopped."""
    turn = turn.changed(inputs=inputs, fresh_data_wanted=None)
    work = run_at_work(turn.status.runs)
    if work is not None and work.inputs_digest != inputs.digest:
        text = f"run {work.name} is stopped: {inputs.cause.kind}: {inputs.cause.message}"
        turn = stop(turn, work, "InputsChanged", text)
    return turn


def stop(turn: TrainingTurn, run: Run, reason: str, message: str) -> TrainingTurn:
    """Return the turn in which the run was stopped; its Job goes with the tidying."""
    over = stopped(run, reason, shorten(message, 400), turn.now)
    turn = turn.changed(runs=replaced(turn.status.runs, over))
    return turn.noted(TrainingJobReason.RUN_STOPPED, message)


def suspended(turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which nothing is at work."""
    work = run_at_work(turn.status.runs)
    if work is None:
        return turn
    return stop(turn, work, "Suspended", f"run {work.name} is stopped: spec.suspend is true")


def started_if_due(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which the current inputs have a run, unless one has to wait or is done."""
    inputs = turn.status.inputs
    busy = run_at_work(turn.status.runs) is not None
    if inputs is None or busy or observed.dataset is None:  # the Dataset names the target
        return turn
    latest = latest_for(turn.status.runs, inputs.digest)
    if latest is None:
        made = [v for v in observed.versions if v.spec.inputs_digest == inputs.digest]
        return turn if made else begin(job, observed, turn, inputs)
    if latest.phase == "Stopped":
        return begin(job, observed, turn, inputs, retry=latest.retry)
    if latest.phase == "Failed" and latest.retry_at is not None:
        if turn.now < latest.retry_at:
            return turn.again_at(latest.retry_at)
        return begin(job, observed, turn, inputs, retry=latest.retry + 1)
    return turn


def returned(job: TrainingJob, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which inputs that need no run (they had one before) are on record."""
    inputs, before = turn.status.inputs, job.status.inputs
    work = run_at_work(turn.status.runs)
    same = before is not None and inputs is not None and before.digest == inputs.digest
    if inputs is None or same or (work is not None and work.inputs_digest == inputs.digest):
        return turn
    text = f"{_because(inputs.cause)}; these inputs had a run before"
    return turn.noted(TrainingJobReason.INPUTS_CHANGED, text)


def begin(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, inputs: Inputs, *, retry: int = 0
) -> TrainingTurn:
    """Return the turn with one more run of the inputs, on record before its Job is created."""
    champion = find_champion(job.metadata.name, job.spec.gates, observed.deployments)
    dataset = observed.dataset
    setting = RunSetting(
        target=dataset.spec.target if dataset is not None else "",
        champion=champion.bundle_digest,
        now=turn.now,
    )
    attempt = next_attempt(turn.status.runs, observed.versions, inputs.digest)
    latest = latest_for(turn.status.runs, inputs.digest)
    run = new_run(job, inputs, attempt, setting, retry=retry)
    if latest is not None and retry:
        run = run.model_copy(update={"machine_faults": latest.machine_faults})
    text = f"run {run.name}, attempt {attempt}: {_because(run.cause)}{_with_data(dataset, run)}"
    earlier = tuple(_not_waiting(other, inputs) for other in turn.status.runs)
    turn = turn.changed(runs=(run, *earlier))
    turn = turn.noted(TrainingJobReason.RUN_STARTED, text)
    return turn.doing(Create(run_job(job, run, observed.installation)))


def _with_data(dataset: Dataset | None, run: Run) -> str:
    versions = dataset.status.versions if dataset is not None else ()
    rows = next((v.rows for v in versions if v.digest == run.dataset_digest), None)
    return f"; data {run.dataset_digest[7:19]}" + (f", {rows} rows" if rows is not None else "")


def _not_waiting(run: Run, inputs: Inputs) -> Run:
    """The new attempt is the retry that an earlier one was waiting for."""
    if run.inputs_digest != inputs.digest or run.retry_at is None:
        return run
    return run.model_copy(update={"retry_at": None})


def _because(cause: RunCause) -> str:
    return f"{cause.kind}: {cause.message}" if cause.message else cause.kind
