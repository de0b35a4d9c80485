"""Does a retrain by itself begin now, does it wait, or is there nothing to learn?"""

from __future__ import annotations

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.retrain import RefreshRequested
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Inputs, TrainingJobReason
from trainyard.champion import followers
from trainyard.training_jobs.inputs import inputs_with, lacks_dataset
from trainyard.training_jobs.limits import blocked, counted, is_stopped, started
from trainyard.training_jobs.observed import Observed, TrainingTurn, limits_state
from trainyard.training_jobs.runs import last_ended, latest_for, run_at_work
from trainyard.training_jobs.starting import with_inputs
from trainyard.training_jobs.triggers import Trigger, new_data_trigger, signal_trigger
from trainyard.training_jobs.versions import current_version, failures_seen


def outcomes_counted(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which the limits have counted what came of the retrains so far."""
    before = limits_state(turn)
    failures = list(failures_seen(turn.status.runs, observed.versions, observed.deployments))
    failures += _refused_refresh(observed.dataset, turn)
    after = counted(before, failures, _promoted(job, observed, turn))
    limits = job.spec.retrain.limits
    turn = turn.changed(limits=after if after != before or turn.status.limits else None)
    if is_stopped(limits, after) and not is_stopped(limits, before):
        text = (
            f"{after.failures_in_a_row} retrains in a row came to nothing "
            f"({', '.join(after.counted[-3:])}): retraining is stopped"
        )
        turn = turn.noted(TrainingJobReason.RETRAIN_STOPPED, text, warning=True)
    return turn


def _refused_refresh(dataset: Dataset | None, turn: TrainingTurn) -> list[str]:
    """Requested data that was refused counts once, also when its signal comes and goes."""
    wanted = turn.status.refresh_requested
    answers = dataset.status.refreshes_done if dataset is not None else ()
    refused = [f"refused-data:{answer.id}" for answer in answers if answer.outcome == "Refused"]
    ours = {f"refused-data:{wanted.id}"} if wanted is not None else set()
    return [name for name in refused if name in ours | set(limits_state(turn).counted)]


def _promoted(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> str | None:
    """Return our current bundle where it is served as stable; with no deployment at all,
    acceptance is the best that can be reached.
    """
    current = current_version(job, turn.status.inputs, observed)
    if current is None:
        return None
    following = followers(job.metadata.name, observed.deployments)
    stable = {d.status.stable.bundle_digest for d in following if d.status.stable is not None}
    return current.bundle_digest if not following or current.bundle_digest in stable else None


def retrained(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which a trigger of spec.retrain has its effect."""
    inputs, dataset = turn.status.inputs, observed.dataset
    if inputs is None or lacks_dataset(job, dataset) or run_at_work(turn.status.runs) is not None:
        return turn
    latest = latest_for(turn.status.runs, inputs.digest)
    if latest is not None and latest.phase is TaskPhase.WAITING:
        return turn
    signal = signal_trigger(job, observed.deployments)
    if signal is None:
        turn = turn.changed(refresh_requested=None)
    else:
        turn = _signalled(job, observed, turn, signal)
        if turn.status.inputs != inputs:
            return turn
    trigger = new_data_trigger(job, dataset, inputs) if dataset is not None else None
    return admitted(job, observed, turn, trigger) if trigger is not None else turn


def _signalled(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, trigger: Trigger
) -> TrainingTurn:
    wanted = _newest(job, observed, turn, trigger)
    if wanted is None:
        return turn
    if not had_run(observed, turn, wanted):
        return admitted(job, observed, turn, trigger)
    text = f"{trigger.name}: nothing new to learn, {_known(wanted)}"
    turn = turn.noted_once(TrainingJobReason.NOTHING_NEW_TO_LEARN, text)
    named = job.spec.dataset
    stopped = is_stopped(job.spec.retrain.limits, limits_state(turn))
    if named is None or named.digest is not None or stopped:
        return turn
    before = turn.status.refresh_requested
    if before is not None and before.id == trigger.cause.id:
        return turn
    return turn.changed(refresh_requested=RefreshRequested(id=trigger.cause.id, since=turn.now))


def _known(inputs: Inputs) -> str:
    if inputs.dataset_digest is None:
        return "an import without a dataset learns nothing here"
    return f"version {inputs.dataset_digest[7:19]} was trained on already"


def had_run(observed: Observed, turn: TrainingTurn, inputs: Inputs) -> bool:
    """Tell whether these inputs had a run, or gave a version, before."""
    return latest_for(turn.status.runs, inputs.digest) is not None or any(
        version.spec.inputs_digest == inputs.digest for version in observed.versions
    )


def admitted(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, trigger: Trigger
) -> TrainingTurn:
    """Return the turn in which the trigger's inputs are the current ones, or why they wait."""
    wanted = _newest(job, observed, turn, trigger)
    if wanted is None:
        return turn
    if trigger.held_by_rollout:
        text = f"{trigger.name}: waits for the rollout of {trigger.held_by_rollout} to end"
        return turn.noted_once(TrainingJobReason.RETRAIN_BLOCKED, text)
    last, state = last_ended(turn.status.runs), limits_state(turn)
    ended = last.finished_at if last is not None else None
    held = blocked(job.spec.retrain.limits, state, ended, turn.now)
    if held is not None:
        text = f"{trigger.name}: {held.message}"
        return turn.noted_once(held.reason, text, warning=True).again_at(held.until)
    turn = turn.changed(limits=started(state, turn.now))
    return with_inputs(turn, wanted)


def _newest(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, trigger: Trigger
) -> Inputs | None:
    return inputs_with(job, observed.dataset, trigger.cause, turn.now)
