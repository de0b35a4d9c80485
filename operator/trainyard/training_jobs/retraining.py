"""Does a retrain by itself begin now, does it wait, or is there nothing to learn?"""

from __future__ import annotations

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import (
    FreshDataWanted,
    Inputs,
    TrainingJobReason,
)
from trainyard.champion import followers
from trainyard.training_jobs.brakes import blocked, counted, is_stopped, started
from trainyard.training_jobs.inputs import inputs_with
from trainyard.training_jobs.runs import last_ended, latest_for, run_at_work
from trainyard.training_jobs.seen import Observed, TrainingTurn, brakes_state
from trainyard.training_jobs.starting import with_inputs
from trainyard.training_jobs.triggers import Wish, new_data_wish, signal_wish
from trainyard.training_jobs.versions import current_version, failures_seen


def outcomes_counted(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which the brakes have counted what came of the retrains so far."""
    before = brakes_state(turn)
    failures = list(failures_seen(turn.status.runs, observed.versions, observed.deployments))
    failures += _refused_wish(observed.dataset, turn)
    after = counted(before, failures, _promoted(job, observed, turn))
    brakes = job.spec.retrain.brakes
    turn = turn.changed(brakes=after if after != before or turn.status.brakes else None)
    if is_stopped(brakes, after) and not is_stopped(brakes, before):
        text = (
            f"{after.failures_in_a_row} retrains in a row came to nothing "
            f"({', '.join(after.counted[-3:])}): retraining is stopped"
        )
        turn = turn.noted(TrainingJobReason.RETRAIN_STOPPED, text, warning=True)
    return turn


def _refused_wish(dataset: Dataset | None, turn: TrainingTurn) -> list[str]:
    """Fresh data that was refused counts once, also when its signal comes and goes."""
    wanted = turn.status.fresh_data_wanted
    answers = dataset.status.fresh_data if dataset is not None else ()
    refused = [f"fresh:{answer.id}" for answer in answers if answer.outcome == "Refused"]
    ours = {f"fresh:{wanted.id}"} if wanted is not None else set()
    return [name for name in refused if name in ours | set(brakes_state(turn).counted)]


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
    if inputs is None or dataset is None or run_at_work(turn.status.runs) is not None:
        return turn
    latest = latest_for(turn.status.runs, inputs.digest)
    if latest is not None and latest.phase == "Failed" and latest.retry_at is not None:
        return turn
    signal = signal_wish(job, observed.deployments)
    if signal is None:
        turn = turn.changed(fresh_data_wanted=None)
    else:
        turn = _signalled(job, observed, turn, signal)
        if turn.status.inputs != inputs:
            return turn
    wish = new_data_wish(job, dataset, inputs)
    return _granted(job, observed, turn, wish) if wish is not None else turn


def _signalled(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, wish: Wish
) -> TrainingTurn:
    wanted = _newest(job, observed, turn, wish)
    if wanted is None:
        return turn
    done = latest_for(turn.status.runs, wanted.digest) is not None or any(
        version.spec.inputs_digest == wanted.digest for version in observed.versions
    )
    if not done:
        return _granted(job, observed, turn, wish)
    text = f"{wish.name}: nothing new to learn, version {wanted.dataset_digest[7:19]}"
    turn = turn.noted_once(TrainingJobReason.NOTHING_NEW_TO_LEARN, f"{text} was trained on already")
    if job.spec.dataset.digest is not None or is_stopped(
        job.spec.retrain.brakes, brakes_state(turn)
    ):
        return turn
    before = turn.status.fresh_data_wanted
    if before is not None and before.id == wish.cause.id:
        return turn
    return turn.changed(fresh_data_wanted=FreshDataWanted(id=wish.cause.id, since=turn.now))


def _granted(job: TrainingJob, observed: Observed, turn: TrainingTurn, wish: Wish) -> TrainingTurn:
    wanted = _newest(job, observed, turn, wish)
    if wanted is None:
        return turn
    if wish.held_by_rollout:
        text = f"{wish.name}: waits for the rollout of {wish.held_by_rollout} to end"
        return turn.noted_once(TrainingJobReason.RETRAIN_BLOCKED, text)
    last, state = last_ended(turn.status.runs), brakes_state(turn)
    ended = last.finished_at if last is not None else None
    held = blocked(job.spec.retrain.brakes, state, ended, turn.now)
    if held is not None:
        text = f"{wish.name}: {held.message}"
        return turn.noted_once(held.reason, text, warning=True).again_at(held.until)
    turn = turn.changed(brakes=started(state, turn.now))
    return with_inputs(turn, wanted)


def _newest(job: TrainingJob, observed: Observed, turn: TrainingTurn, wish: Wish) -> Inputs | None:
    if observed.dataset is None:
        return None
    return inputs_with(job, observed.dataset, wish.cause, turn.now)
