"""When does a run begin, and when is one stopped?"""

from __future__ import annotations

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.task import Fault, TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Inputs, Run, RunCause, TrainingJobReason
from trainyard.champion import find_champion
from trainyard.conditions import shorten
from trainyard.jobs.supervision import Wait, follow
from trainyard.reconciling.plan import Create
from trainyard.training_jobs.gathering import begun
from trainyard.training_jobs.identity import describe_recipe, run_name
from trainyard.training_jobs.inputs import lacks_dataset
from trainyard.training_jobs.manifests import search_job, search_name
from trainyard.training_jobs.observed import Observed, TrainingTurn
from trainyard.training_jobs.runs import latest_for, next_number, replaced, run_at_work
from trainyard.training_jobs.searching import new_search


def with_inputs(turn: TrainingTurn, inputs: Inputs) -> TrainingTurn:
    """Return the turn with these inputs as the current ones; a run of others is stopped."""
    turn = turn.changed(inputs=inputs, refresh_requested=None)
    work = run_at_work(turn.status.runs)
    if work is not None and work.inputs_digest != inputs.digest:
        text = f"run {work.name} is stopped: {inputs.cause.kind}: {inputs.cause.message}"
        turn = stop(turn, work, "InputsChanged", text)
    return turn


def stop(turn: TrainingTurn, run: Run, reason: str, message: str) -> TrainingTurn:
    """Return the turn in which the run was stopped; its Job goes with the tidying."""
    update = {"reason": reason, "message": shorten(message, 400), "finished_at": turn.now}
    over = run.model_copy(update={"phase": TaskPhase.STOPPED, **update})
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
    if inputs is None or busy or lacks_dataset(job, observed.dataset):  # it names the target
        return turn
    latest = latest_for(turn.status.runs, inputs.digest)
    if latest is None:
        made = [v for v in observed.versions if v.spec.inputs_digest == inputs.digest]
        return turn if made else begin(job, observed, turn, inputs)
    if latest.phase is TaskPhase.STOPPED:
        return begin(job, observed, turn, inputs, after=latest)
    if latest.phase is not TaskPhase.WAITING:
        return turn
    step = follow(latest, None, None, turn.now)
    if isinstance(step, Wait):
        return turn.again_at(step.until)
    return begin(job, observed, turn, inputs, after=latest)


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
    job: TrainingJob,
    observed: Observed,
    turn: TrainingTurn,
    inputs: Inputs,
    *,
    after: Run | None = None,
) -> TrainingTurn:
    """Return the turn with one more run of the inputs, on record before its Job is created.

    `after` is the run that this one continues by itself: failures in a row are counted on, and
    what it verifies stays.
    """
    run = _new_run(job, observed, turn, inputs)
    if after is not None:
        counts = ("infrastructure_failures", "source_failures", "preemptions", "verifies")
        run = run.model_copy(update={name: getattr(after, name) for name in counts})
    because = f"{_because(run.cause)}{_with_data(observed.dataset, run)}"
    earlier = tuple(_not_waiting(other, inputs) for other in turn.status.runs)
    turn = turn.changed(runs=(run, *earlier))
    text = f"run {run.name}, attempt {run.attempt}: {because}"
    turn = turn.noted(TrainingJobReason.RUN_STARTED, text)
    if run.search is None:
        return begun(job, run, observed, turn)
    return turn.doing(Create(search_job(job, run, observed.installation)))


def _new_run(job: TrainingJob, observed: Observed, turn: TrainingTurn, inputs: Inputs) -> Run:
    attempt = next_number(turn.status.runs, observed.versions, inputs.digest)
    champion = find_champion(job.metadata.name, job.spec.gates, observed.deployments)
    run = Run(
        name=run_name(job.metadata.name, inputs.digest, attempt),
        attempt=attempt,
        inputs_digest=inputs.digest,
        recipe_digest=inputs.recipe_digest,
        dataset_digest=inputs.dataset_digest,
        target=observed.dataset.spec.target if observed.dataset is not None else "",
        recipe=shorten(describe_recipe(job.spec), 256),
        cause=inputs.cause,
        champion=champion.bundle_digest,
        phase=TaskPhase.PENDING,
        queued_at=turn.now,
    )
    return run.model_copy(update={"search": new_search(job, run, search_name(job, run, 0, 0))})


def _with_data(dataset: Dataset | None, run: Run) -> str:
    if run.dataset_digest is None:
        return "; without data"
    versions = dataset.status.versions if dataset is not None else ()
    rows = next((v.rows for v in versions if v.digest == run.dataset_digest), None)
    return f"; data {run.dataset_digest[7:19]}" + (f", {rows} rows" if rows is not None else "")


def _not_waiting(run: Run, inputs: Inputs) -> Run:
    """The new attempt is the retry that an earlier one was waiting for."""
    if run.inputs_digest != inputs.digest or run.phase is not TaskPhase.WAITING:
        return run
    over = TaskPhase.STOPPED if run.fault is Fault.QUEUE else TaskPhase.FAILED
    return run.model_copy(update={"phase": over, "retry_at": None})


def _because(cause: RunCause) -> str:
    return f"{cause.kind}: {cause.message}" if cause.message else cause.kind
