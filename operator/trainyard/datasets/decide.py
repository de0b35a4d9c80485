"""What should happen to a Dataset now?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetReason, DatasetStatus, Refresh
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.conditions import merge_conditions
from trainyard.datasets.conditions import findings, why
from trainyard.datasets.identity import refresh_name, spec_digest
from trainyard.datasets.lineage import told_refreshes
from trainyard.datasets.manifests import ingest_job, report_job_of
from trainyard.datasets.observed import DatasetTurn, Observed
from trainyard.datasets.outcome import UNREADABLE_STATE, Accepted, Refused, Unchanged, read_outcome
from trainyard.datasets.participations import with_participations
from trainyard.datasets.requests import answer_request
from trainyard.datasets.triggers import (
    RETRAIN,
    is_other_source,
    new_refresh,
    next_trigger,
)
from trainyard.datasets.versions import accepted, answered, gave_up, refused, unchanged
from trainyard.jobs.failure import Failure
from trainyard.jobs.forbidden_sources import why_forbidden
from trainyard.jobs.source_access import with_source_named
from trainyard.jobs.supervision import (
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

_SCHEDULE = "spec.refresh"


def decide_dataset(dataset: Dataset, observed: Observed, now: datetime) -> Plan[DatasetStatus]:
    """Return what to write and do: refresh when something asks for it, keep what is good."""
    if dataset.metadata.deletion_timestamp is not None:
        return Plan(status=None)
    digest = spec_digest(dataset.spec)
    turn: DatasetTurn = Turn(status=dataset.status, now=now)
    turn = _without_outdated_refresh(turn, digest)
    turn, request = answer_request(dataset, turn)
    turn = _followed(dataset, observed, turn)
    turn, slot, problem = _scheduled(dataset, turn)
    forbidden = why_forbidden(dataset.spec.source, observed.installation)
    if turn.status.refresh is None and not forbidden:
        trigger = next_trigger(turn.status, digest, observed, request=request, due_slot=slot)
        if trigger is not None:
            refresh = new_refresh(dataset, turn.status, trigger, digest, now)
            turn = _started(dataset, observed, turn, refresh)
    turn = with_participations(dataset, observed, turn)
    turn = _told(dataset, observed, turn)
    return _concluded(dataset, observed, _tidied(observed, turn), forbidden or problem).plan()


def _without_outdated_refresh(turn: DatasetTurn, digest: str) -> DatasetTurn:
    refresh = turn.status.refresh
    if refresh is None or refresh.spec_digest == digest:
        return turn
    text = f"refresh {refresh.name} is stopped: the spec changed meanwhile"
    done = tuple(d for d in turn.status.refreshes_done if f"{RETRAIN}{d.id}" != refresh.trigger)
    turn = turn.changed(refresh=None, refreshes_done=done)
    return turn.noted(DatasetReason.SPEC_CHANGED, text)


def _followed(dataset: Dataset, observed: Observed, turn: DatasetTurn) -> DatasetTurn:
    refresh = turn.status.refresh
    if refresh is None:
        return turn
    step = follow(refresh, observed.job, observed.report, turn.now)
    if refresh.phase is TaskPhase.WAITING and is_other_source(refresh, observed):
        step = Start()  # what failed was another one
    after = recorded(refresh, step, observed.job, turn.now)
    match step:
        case Start():
            if refresh.phase is TaskPhase.WAITING:
                name = refresh_name(dataset, after.spec_digest, after.trigger, after.attempt + 1)
                after = next_attempt(after, name, turn.now)
            return _started(dataset, observed, turn, after)
        case Wait(until):
            return turn.changed(refresh=after).again_at(until)
        case Report():
            report = report_job_of(dataset, after, observed.installation)
            return turn.changed(refresh=after).doing(Create(report))
        case Ended():
            return _ended(dataset, observed, turn, refresh, step)
        case Retry() | GaveUp():
            return _failed(dataset, observed, turn, refresh, step.failure)


def _ended(
    dataset: Dataset, observed: Observed, turn: DatasetTurn, refresh: Refresh, step: Ended
) -> DatasetTurn:
    outcome = read_outcome(step.result, turn.now)
    if isinstance(outcome, Failure):
        return _failed(dataset, observed, turn, refresh, outcome)
    over = recorded(refresh, step, observed.job, turn.now)
    match outcome:
        case Accepted():
            return accepted(dataset, turn, over, outcome)
        case Refused():
            return refused(turn, over, outcome)
        case Unchanged():
            last = turn.status.last_refresh
            if last is None or last.outcome is None:
                return _failed(dataset, observed, turn, refresh, UNREADABLE_STATE)
            return unchanged(turn, over, last)


def _failed(
    dataset: Dataset, observed: Observed, turn: DatasetTurn, refresh: Refresh, failure: Failure
) -> DatasetTurn:
    named = replace(failure, message=with_source_named(dataset.spec.source, failure.message))
    step = failed(refresh, named, turn.now)
    after = recorded(refresh, step, observed.job, turn.now)
    if isinstance(step, GaveUp):
        return gave_up(turn, after)
    text = f"{after.reason}: {after.message}"
    turn = turn.changed(refresh=after).again_at(step.at)
    return turn.noted_once(DatasetReason.WAITING_TO_RETRY, text, warning=True)


def _started(
    dataset: Dataset, observed: Observed, turn: DatasetTurn, refresh: Refresh
) -> DatasetTurn:
    last = turn.status.last_refresh
    seen = {
        "config_map_version": observed.config_map_version,
        # Of a deployment that was deleted the rows are still there.
        "labelled": observed.labelled or (last.labelled if last is not None else ""),
    }
    refresh = refresh.model_copy(update=seen)
    done = answered(turn.status, refresh, "Refreshing", None)
    job = ingest_job(dataset, refresh, observed.installation)
    return turn.changed(refresh=refresh, refreshes_done=done).doing(Create(job))


def _scheduled(dataset: Dataset, turn: DatasetTurn) -> tuple[DatasetTurn, datetime | None, str]:
    """Return the turn with the next slot, the slot that is due now, and what is wrong with it."""
    refresh = dataset.spec.refresh
    if refresh is None:
        return turn.changed(next_refresh_at=None), None, ""
    try:
        slot = planned_slot(refresh, turn.status.next_refresh_at, turn.now, _SCHEDULE)
        due = slot if slot <= turn.now else None
        upcoming = next_slot(refresh, turn.now, _SCHEDULE) if due else slot
    except ScheduleInvalid as invalid:
        return turn.changed(next_refresh_at=None), None, str(invalid)
    return turn.changed(next_refresh_at=upcoming).again_at(upcoming), due, ""


def _tidied(observed: Observed, turn: DatasetTurn) -> DatasetTurn:
    """Remove Jobs of earlier refreshes; the last one's stays for its log until the next begins."""
    refresh, last = turn.status.refresh, turn.status.last_refresh
    kept = {kept.name for kept in (refresh, last if refresh is None else None) if kept is not None}
    reporting = refresh is not None and refresh.phase is TaskPhase.REPORTING
    if reporting and observed.report is not None:
        kept.add(observed.report.name)
    kept |= {part.name for part in turn.status.participations}
    created = {a.manifest["metadata"]["name"] for a in turn.actions if isinstance(a, Create)}
    return turn.doing(*(Delete(job) for job in observed.jobs if job.name not in kept | created))


def _told(dataset: Dataset, observed: Observed, turn: DatasetTurn) -> DatasetTurn:
    installation = observed.installation
    found = told_refreshes(dataset, turn.status, installation)
    return with_lineage(dataset, turn, found, observed.deliveries, installation)


def _concluded(
    dataset: Dataset, observed: Observed, turn: DatasetTurn, problem: str
) -> DatasetTurn:
    status = turn.status
    view = observed.report or observed.job
    waiting = view.trouble if status.refresh and view else ""
    found = findings(dataset, status, problem=problem, waiting=waiting)
    generation = dataset.metadata.generation
    conditions = merge_conditions(
        dataset.status.conditions, found, generation=generation, now=turn.now
    )
    return turn.changed(observed_generation=generation, conditions=conditions, why=why(found))
