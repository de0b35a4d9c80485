"""Does the clock ask for a run now, and what comes of it?"""

from __future__ import annotations

from datetime import datetime

from trainyard.api.v1alpha1.retrain import RetrainSchedule
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Inputs, RunCause, TrainingJobReason
from trainyard.schedule import ScheduleInvalid, next_slot, planned_slot
from trainyard.training_jobs.inputs import inputs_with
from trainyard.training_jobs.observed import Observed, TrainingTurn
from trainyard.training_jobs.retraining import admitted, had_run
from trainyard.training_jobs.runs import latest_for, run_at_work
from trainyard.training_jobs.starting import begin
from trainyard.training_jobs.triggers import Trigger

_FIELD = "spec.retrain.schedule"


def schedule_problem(job: TrainingJob, now: datetime) -> str:
    """Return what is wrong with the schedule, or ""."""
    schedule = job.spec.retrain.schedule
    try:
        if schedule is not None:
            next_slot(schedule, now, _FIELD)
    except ScheduleInvalid as invalid:
        return str(invalid)
    return ""


def scheduled(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which a slot that is due has its effect.

    A slot is over when its run began or nothing had changed; until then it waits for the run at
    work, the first version of the data, and the limits. Slots missed meanwhile are one.
    """
    schedule = job.spec.retrain.schedule
    if schedule is None or schedule_problem(job, turn.now):
        return turn.changed(next_scheduled_at=None)
    slot = planned_slot(schedule, turn.status.next_scheduled_at, turn.now, _FIELD)
    turn = turn.changed(next_scheduled_at=slot)
    if turn.now < slot:
        return turn.again_at(slot)
    cause = RunCause(kind="Schedule", message=f"the slot of {slot:%Y-%m-%d %H:%M} UTC")
    wanted = _wanted(job, observed, turn, cause)
    if wanted is None:
        return turn
    done = had_run(observed, turn, wanted)
    if done and schedule.when_unchanged == "Skip":
        text = f"{cause.message}: data and recipe had a run before"
        turn = turn.noted_once(TrainingJobReason.NOTHING_CHANGED, text)
        return _over(schedule, turn)
    after = admitted(job, observed, turn, Trigger(cause, cause.message))
    if after.status.inputs != wanted:
        return after
    return _over(schedule, begin(job, observed, after, wanted) if done else after)


def _wanted(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, cause: RunCause
) -> Inputs | None:
    """A run at work, or one that waits for its retry, is let come to its end first."""
    inputs = turn.status.inputs
    if inputs is None or run_at_work(turn.status.runs) is not None:
        return None
    latest = latest_for(turn.status.runs, inputs.digest)
    if latest is not None and latest.phase is TaskPhase.WAITING:
        return None
    if not had_run(observed, turn, inputs):  # a first run is about to begin
        return None
    return inputs_with(job, observed.dataset, cause, turn.now)


def _over(schedule: RetrainSchedule, turn: TrainingTurn) -> TrainingTurn:
    upcoming = next_slot(schedule, turn.now, _FIELD)
    return turn.changed(next_scheduled_at=upcoming).again_at(upcoming)
