"""What should happen to a Dataset now?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetReason, DatasetStatus, Look
from trainyard.conditions import merge_conditions
from trainyard.datasets.asked import answer_request
from trainyard.datasets.findings import findings, why
from trainyard.datasets.identity import spec_digest
from trainyard.datasets.looks import (
    FRESH,
    after_failure,
    new_look,
    next_trigger,
    tried_again,
)
from trainyard.datasets.manifests import ingest_job, look_report_job
from trainyard.datasets.outcome import Accepted, LookOutcome, Refused, read_outcome
from trainyard.datasets.schedule import ScheduleInvalid, next_slot, planned_slot
from trainyard.datasets.versions import accepted, answered, gave_up, refused
from trainyard.installation import Installation
from trainyard.jobs.failure import UNREADABLE, Failure, failure_of
from trainyard.jobs.job_view import JobPhase, JobView
from trainyard.jobs.source_access import with_source_named
from trainyard.reconciling.plan import Create, Delete, ObjectRef, Plan
from trainyard.reconciling.turn import Turn

DatasetTurn = Turn[DatasetStatus]


@dataclass(frozen=True, slots=True)
class Observed:
    """All that a decision about a Dataset looks at, beside the Dataset."""

    installation: Installation
    job: JobView | None = None
    """The Job of the look under way."""
    report: JobView | None = None
    """The report Job of the look under way."""
    wishes: tuple[str, ...] = ()
    """Ids of fresh data that TrainingJobs want of this Dataset."""
    jobs: tuple[ObjectRef, ...] = ()
    """All Jobs of this Dataset that are not being deleted."""


def decide_dataset(dataset: Dataset, observed: Observed, now: datetime) -> Plan[DatasetStatus]:
    """Return what to write and do: look when something asks for it, keep what is good."""
    if dataset.metadata.deletion_timestamp is not None:
        return Plan(status=None)
    digest = spec_digest(dataset.spec)
    turn: DatasetTurn = Turn(status=dataset.status, now=now)
    turn = _without_outdated_look(turn, digest)
    turn, request = answer_request(dataset, turn)
    turn = _progressed(dataset, observed, turn)
    turn, slot, problem = _scheduled(dataset, turn)
    if turn.status.look is None:
        trigger = next_trigger(
            turn.status, digest, request=request, wishes=observed.wishes, due_slot=slot
        )
        if trigger is not None:
            look = new_look(dataset, turn.status, trigger, digest, now)
            turn = _looking(dataset, observed, turn, look)
    return _concluded(dataset, observed, _tidied(observed, turn), problem).plan()


def _without_outdated_look(turn: DatasetTurn, digest: str) -> DatasetTurn:
    look = turn.status.look
    if look is None or look.spec_digest == digest:
        return turn
    text = f"look {look.name} is given up: the spec changed meanwhile"
    fresh = tuple(a for a in turn.status.fresh_data if f"{FRESH}{a.id}" != look.trigger)
    return turn.changed(look=None, fresh_data=fresh).noted(DatasetReason.SPEC_CHANGED, text)


def _progressed(dataset: Dataset, observed: Observed, turn: DatasetTurn) -> DatasetTurn:
    look = turn.status.look
    if look is None:
        return turn
    if look.phase == "Waiting":
        return _waited(dataset, observed, turn, look)
    view = observed.report if look.phase == "Reporting" else observed.job
    if view is None or view.phase in {JobPhase.ABSENT, JobPhase.FOREIGN}:
        return turn.doing(_job_of(dataset, observed, look))
    if view.phase is JobPhase.FAILED:
        return _failed(dataset, turn, look, failure_of(view))
    if view.phase is JobPhase.SUCCEEDED:
        return _reported(dataset, observed, turn, view)
    return turn


def _waited(dataset: Dataset, observed: Observed, turn: DatasetTurn, look: Look) -> DatasetTurn:
    if look.retry_at is not None and turn.now < look.retry_at:
        return turn.again_at(look.retry_at)
    return _looking(dataset, observed, turn, tried_again(dataset, look, turn.now))


def _reported(
    dataset: Dataset, observed: Observed, turn: DatasetTurn, view: JobView
) -> DatasetTurn:
    look = turn.status.look
    if look is None:
        return turn
    if view.result is not None:
        return _ended(dataset, turn, look, read_outcome(view.result, turn.now))
    if look.phase == "Reporting":
        return _failed(dataset, turn, look, UNREADABLE)
    return _looking(dataset, observed, turn, look.model_copy(update={"phase": "Reporting"}))


def _ended(dataset: Dataset, turn: DatasetTurn, look: Look, outcome: LookOutcome) -> DatasetTurn:
    if isinstance(outcome, Accepted):
        return accepted(dataset, turn, look, outcome)
    if isinstance(outcome, Refused):
        return refused(turn, look, outcome)
    return _failed(dataset, turn, look, outcome)


def _failed(dataset: Dataset, turn: DatasetTurn, look: Look, failure: Failure) -> DatasetTurn:
    message = with_source_named(dataset.spec.source, failure.message)
    after = after_failure(look, replace(failure, message=message), turn.now)
    if after.phase == "Failed":
        return gave_up(turn, after)
    text = f"{after.reason}: {after.message}"
    turn = turn.changed(look=after).again_at(after.retry_at)
    return turn.noted_once(DatasetReason.WAITING_TO_RETRY, text, warning=True)


def _looking(dataset: Dataset, observed: Observed, turn: DatasetTurn, look: Look) -> DatasetTurn:
    fresh = answered(turn.status, look, "Looking", None)
    return turn.changed(look=look, fresh_data=fresh).doing(_job_of(dataset, observed, look))


def _job_of(dataset: Dataset, observed: Observed, look: Look) -> Create:
    if look.phase == "Reporting":
        return Create(look_report_job(dataset, look, observed.installation))
    return Create(ingest_job(dataset, look, observed.installation))


def _scheduled(dataset: Dataset, turn: DatasetTurn) -> tuple[DatasetTurn, datetime | None, str]:
    """Return the turn with the next slot, the slot that is due now, and what is wrong with it."""
    refresh = dataset.spec.refresh
    if refresh is None:
        return turn.changed(next_look_at=None), None, ""
    try:
        slot = planned_slot(refresh, turn.status.next_look_at, turn.now)
        due = slot if slot <= turn.now else None
        upcoming = next_slot(refresh, turn.now) if due else slot
    except ScheduleInvalid as invalid:
        return turn.changed(next_look_at=None), None, str(invalid)
    return turn.changed(next_look_at=upcoming).again_at(upcoming), due, ""


def _tidied(observed: Observed, turn: DatasetTurn) -> DatasetTurn:
    """Remove Jobs of earlier looks; the last one's stays for its log until the next begins."""
    look, last = turn.status.look, turn.status.last_look
    kept = {kept.name for kept in (look, last if look is None else None) if kept is not None}
    if look is not None and look.phase == "Reporting" and observed.report is not None:
        kept.add(observed.report.name)
    created = {a.manifest["metadata"]["name"] for a in turn.actions if isinstance(a, Create)}
    return turn.doing(*(Delete(job) for job in observed.jobs if job.name not in kept | created))


def _concluded(
    dataset: Dataset, observed: Observed, turn: DatasetTurn, schedule_problem: str
) -> DatasetTurn:
    status = turn.status
    waiting = observed.job.waiting if status.look and observed.job else ""
    found = findings(dataset, status, schedule_problem=schedule_problem, waiting=waiting)
    generation = dataset.metadata.generation
    conditions = merge_conditions(
        dataset.status.conditions, found, generation=generation, now=turn.now
    )
    return turn.changed(observed_generation=generation, conditions=conditions, why=why(found))
