"""What should happen to a BatchPrediction now?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.batch_prediction_status import (
    BatchPredictionReason as Reason,
)
from trainyard.api.v1alpha1.batch_prediction_status import (
    BatchPredictionStatus,
    BatchRun,
)
from trainyard.api.v1alpha1.task import AT_WORK, TaskPhase
from trainyard.batch_predictions.conditions import findings, summary_of
from trainyard.batch_predictions.identity import job_name, spec_digest
from trainyard.batch_predictions.lineage import told_runs
from trainyard.batch_predictions.manifests import batch_job
from trainyard.batch_predictions.model import Found
from trainyard.batch_predictions.observed import BatchTurn, Observed
from trainyard.batch_predictions.progress import told, told_set_aside, written_by
from trainyard.batch_predictions.requests import answer_request
from trainyard.batch_predictions.triggers import CRON, SPEC, new_run, next_trigger
from trainyard.conditions import merge_conditions
from trainyard.jobs.failure import Failure
from trainyard.jobs.forbidden_sources import why_forbidden
from trainyard.jobs.job_view import JobView
from trainyard.jobs.source_access import with_source_named
from trainyard.jobs.supervision import (
    JOB_LOST,
    UNREADABLE,
    Ended,
    GaveUp,
    Report,
    Retry,
    Start,
    Wait,
    failed,
    follow,
    next_attempt,
    recorded,
)
from trainyard.lineage import with_lineage
from trainyard.reconciling.plan import Create, Delete, Plan
from trainyard.reconciling.turn import Turn
from trainyard.schedule import ScheduleInvalid, next_slot, planned_slot

_SCHEDULE = "spec.schedule"


def decide_batch_prediction(
    batch: BatchPrediction, observed: Observed, now: datetime
) -> Plan[BatchPredictionStatus]:
    """Return what to write and do: run when something asks for it, go on where a run was."""
    if batch.metadata.deletion_timestamp is not None:
        return Plan(status=None)
    turn: BatchTurn = Turn(status=batch.status, now=now)
    turn, repeated = _without_outdated_run(batch, turn)
    turn = _suspended(batch, turn)
    turn, asked = answer_request(batch, observed, turn)
    turn = _followed(batch, observed, turn)
    turn, slot, problem = _scheduled(batch, turn)
    problem = why_forbidden(batch.spec.source, observed.installation) or problem
    if asked.again is not None:
        turn = _started(batch, observed, turn, asked.again)
    elif turn.status.run is None and not problem and not batch.spec.suspend:
        request = asked.run
        trigger = next_trigger(batch, turn.status, request=request, due_slot=slot) or repeated
        turn = _begun(batch, observed, turn, trigger)
    turn = _told(batch, observed, _tidied(observed, turn))
    return _concluded(batch, observed, turn, problem).plan()


def _begun(
    batch: BatchPrediction, observed: Observed, turn: BatchTurn, trigger: str | None
) -> BatchTurn:
    """Return the turn in which the run begins, if there is a version for it."""
    if trigger is None or not isinstance(observed.model, Found):
        return turn
    run = new_run(batch, trigger, observed.model, turn.now)
    turn = _started(batch, observed, turn, run)
    return _slot_over(batch, turn) if trigger.startswith(CRON) else turn


def _without_outdated_run(batch: BatchPrediction, turn: BatchTurn) -> tuple[BatchTurn, str | None]:
    """Return the turn without a run of another spec, and what caused it if that counts still."""
    run = turn.status.run
    if run is None or run.spec_digest == spec_digest(batch.spec):
        return turn, None
    text = f"run {run.run} is stopped: the spec changed meanwhile"
    repeated = None if run.trigger == SPEC else run.trigger
    return turn.changed(run=None).noted(Reason.RUN_STOPPED, text), repeated


def _suspended(batch: BatchPrediction, turn: BatchTurn) -> BatchTurn:
    run = turn.status.run
    if not batch.spec.suspend or run is None or run.phase is TaskPhase.STOPPED:
        return turn
    stopped = run.model_copy(update={"phase": TaskPhase.STOPPED, "retry_at": None})
    text = f"run {run.run} is stopped by spec.suspend: {told(run)}"
    return turn.changed(run=stopped).noted(Reason.RUN_STOPPED, text)


def _followed(batch: BatchPrediction, observed: Observed, turn: BatchTurn) -> BatchTurn:
    run, view = turn.status.run, observed.job
    if run is None or (run.phase is TaskPhase.STOPPED and batch.spec.suspend):
        return turn
    if run.phase is TaskPhase.STOPPED:
        return _started(batch, observed, turn, _next_attempt(batch, run, turn.now))
    view = view if view is not None and view.name == run.name else None
    if view is not None:
        run = run.model_copy(update={"written": written_by(run, view.results)})
    step = follow(run, view, None, turn.now, batch.spec.attempts.max_retries)
    match step:
        case Start():
            is_next = run.phase is TaskPhase.WAITING
            after = _next_attempt(batch, run, turn.now) if is_next else run
            return _started(batch, observed, turn, after)
        case Wait(until):
            return turn.changed(run=recorded(run, step, view, turn.now)).again_at(until)
        case Ended():
            return _ended(turn, recorded(run, step, view, turn.now))
    return _failed(batch, observed, turn, run, _failure(step, view))


def _failure(step: Report | Retry | GaveUp, view: JobView | None) -> Failure:
    """What is written stays written: another attempt reads it back, and does the rest."""
    if not isinstance(step, Report):
        return step.failure
    return JOB_LOST if view is None or view.is_gone else UNREADABLE


def _ended(turn: BatchTurn, over: BatchRun) -> BatchTurn:
    counts = over.written
    text = f"run {over.run} with ModelVersion {over.model_version}: {counts.scored} rows scored"
    reason = Reason.ROWS_SCORED
    if counts.set_aside:
        reason = Reason.ROWS_SET_ASIDE
        text += f", {counts.set_aside} set aside ({told_set_aside(counts)})"
    turn = turn.changed(run=None, last_run=over)
    return turn.noted(reason, text, warning=bool(counts.set_aside))


def _failed(
    batch: BatchPrediction, observed: Observed, turn: BatchTurn, run: BatchRun, failure: Failure
) -> BatchTurn:
    named = replace(failure, message=with_source_named(batch.spec.source, failure.message))
    step = failed(run, named, turn.now, batch.spec.attempts.max_retries)
    after = recorded(run, step, observed.job, turn.now)
    text = f"run {after.run}: {after.reason}: {after.message}"
    if isinstance(step, GaveUp):
        turn = turn.changed(run=None, last_run=after)
        return turn.noted(Reason.RUN_FAILED, f"{text}; {told(after)}", warning=True)
    turn = turn.changed(run=after).again_at(step.at)
    return turn.noted_once(Reason.WAITING_TO_RETRY, text, warning=True)


def _started(
    batch: BatchPrediction, observed: Observed, turn: BatchTurn, run: BatchRun
) -> BatchTurn:
    job = batch_job(batch, run, observed.installation)
    before = turn.status.run
    turn = turn.changed(run=run).doing(Create(job))
    if before is not None and before.name == run.name:
        return turn
    text = f"run {run.run} ({run.trigger}) with ModelVersion {run.model_version}"
    if run.attempt:
        text += f", attempt {run.attempt}: {told(run)}"
    return turn.noted(Reason.RUN_STARTED, text)


def _next_attempt(batch: BatchPrediction, run: BatchRun, now: datetime) -> BatchRun:
    return next_attempt(run, job_name(batch, run.run, run.attempt + 1), now)


def _scheduled(batch: BatchPrediction, turn: BatchTurn) -> tuple[BatchTurn, datetime | None, str]:
    """Return the turn with the next slot, the slot that is due now, and what is wrong with it.

    A slot that is due stays so until a run begins by it.
    """
    schedule = batch.spec.schedule
    if schedule is None:
        return turn.changed(next_run_at=None), None, ""
    try:
        slot = planned_slot(schedule, turn.status.next_run_at, turn.now, _SCHEDULE)
    except ScheduleInvalid as invalid:
        return turn.changed(next_run_at=None), None, str(invalid)
    turn = turn.changed(next_run_at=slot)
    return (turn, slot, "") if slot <= turn.now else (turn.again_at(slot), None, "")


def _slot_over(batch: BatchPrediction, turn: BatchTurn) -> BatchTurn:
    assert batch.spec.schedule is not None  # noqa: S101 — a slot is due
    upcoming = next_slot(batch.spec.schedule, turn.now, _SCHEDULE)
    return turn.changed(next_run_at=upcoming).again_at(upcoming)


def _tidied(observed: Observed, turn: BatchTurn) -> BatchTurn:
    """Remove Jobs of other runs; the last one's stays for its log until the next begins."""
    run, last = turn.status.run, turn.status.last_run
    kept = {run.name} if run is not None and run.phase in AT_WORK else set()
    if run is None and last is not None and last.phase is not TaskPhase.STOPPED:
        kept = {last.name}
    created = {a.manifest["metadata"]["name"] for a in turn.actions if isinstance(a, Create)}
    return turn.doing(*(Delete(job) for job in observed.jobs if job.name not in kept | created))


def _told(batch: BatchPrediction, observed: Observed, turn: BatchTurn) -> BatchTurn:
    installation = observed.installation
    found = told_runs(batch, turn.status, observed.versions, installation)
    return with_lineage(batch, turn, found, observed.deliveries, installation)


def _concluded(
    batch: BatchPrediction, observed: Observed, turn: BatchTurn, problem: str
) -> BatchTurn:
    found = findings(batch, turn, observed, problem)
    generation = batch.metadata.generation
    conditions = merge_conditions(
        batch.status.conditions, found, generation=generation, now=turn.now
    )
    return turn.changed(
        observed_generation=generation,
        conditions=conditions,
        summary=summary_of(turn.status, found),
    )
