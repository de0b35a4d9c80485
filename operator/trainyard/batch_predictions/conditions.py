"""What do the conditions of a BatchPrediction say?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.batch_prediction_status import (
    BatchPredictionReason as Reason,
)
from trainyard.api.v1alpha1.batch_prediction_status import (
    BatchPredictionStatus,
    BatchRun,
    BatchSummary,
)
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.batch_predictions.model import NotFound
from trainyard.batch_predictions.observed import BatchTurn, Observed
from trainyard.batch_predictions.progress import told, told_set_aside
from trainyard.batch_predictions.triggers import SPEC, next_trigger
from trainyard.conditions import Finding, in_column
from trainyard.lineage import lineage_told
from trainyard.requests import acting_now
from trainyard.tracking_progress import TrackingReasons

_TRACKING = TrackingReasons(
    taken=Reason.TRACKED,
    failing=Reason.NOT_TRACKED,
    refused=Reason.TRACKING_REFUSED,
)
_GO_ON = "to go on with the parts that lack, or change the spec"


def findings(
    batch: BatchPrediction, turn: BatchTurn, observed: Observed, problem: str
) -> tuple[Finding, ...]:
    """Return the answers to every question that a BatchPrediction's conditions ask.

    `problem`: what of the spec cannot be done here.
    """
    status = turn.status
    stalled = tuple(_stalled(batch, status, problem))
    return (
        _ready(batch, status, observed),
        *_all_rows_scored(status),
        *(stalled or _under_way(batch, turn.status, observed, turn.now)),
        *_is_suspended(batch, status),
        *lineage_told(status.lineage, _TRACKING),
    )


def summary_of(status: BatchPredictionStatus, found: tuple[Finding, ...]) -> BatchSummary:
    """Return the columns: of the run that is under way, or else of the last one."""
    run = status.run or status.last_run
    if run is None:
        return BatchSummary(why=_why(found))
    return BatchSummary(
        version=run.model_version,
        parts=f"{run.written.parts}/{run.parts}",
        rows=run.written.rows,
        set_aside=run.written.set_aside,
        why=_why(found),
    )


def _why(found: tuple[Finding, ...]) -> str:
    """What is wrong first, then what goes on."""
    order = ("Stalled", "Suspended", "Reconciling", "Running", "AllRowsScored", "Ready")
    by_type = {finding.type: finding for finding in found}
    scored = by_type.get("AllRowsScored")
    for kind in order:
        finding = by_type.get(kind)
        if finding is None or (finding is scored and scored.status is not False):
            continue
        return in_column(f"{finding.reason}: {finding.message}")
    return ""


def _ready(batch: BatchPrediction, status: BatchPredictionStatus, observed: Observed) -> Finding:
    last = status.last_run
    if last is not None and last.phase is TaskPhase.SUCCEEDED:
        text = f"run {last.run} scored {last.written.scored} rows with ModelVersion"
        return Finding(
            "Ready",
            status=True,
            reason=Reason.ROWS_SCORED,
            message=f"{text} {last.model_version}: {last.output} in the store",
        )
    if last is not None:
        stopped = last.phase is TaskPhase.STOPPED
        reason = Reason.RUN_STOPPED if stopped else Reason.RUN_FAILED
        text = f"run {last.run}: {last.reason}: {last.message}; {told(last)}"
        return Finding("Ready", status=False, reason=reason, message=text)
    if isinstance(observed.model, NotFound):
        model = observed.model
        return Finding("Ready", status=False, reason=model.reason, message=model.message)
    if status.run is None and batch.spec.schedule is not None and status.next_run_at is not None:
        text = f"the first run begins at {status.next_run_at:%Y-%m-%d %H:%M} UTC"
        return Finding("Ready", status=True, reason=Reason.SCHEDULED, message=text)
    text = "no run has ended so far"
    return Finding("Ready", status=False, reason=Reason.NOT_RUN_YET, message=text)


def _all_rows_scored(status: BatchPredictionStatus) -> Iterator[Finding]:
    last = status.last_run
    if last is None or last.phase is not TaskPhase.SUCCEEDED:
        return
    counts = last.written
    if not counts.set_aside:
        text = f"all of {counts.rows} rows"
        yield Finding("AllRowsScored", status=True, reason=Reason.ROWS_SCORED, message=text)
        return
    text = f"{counts.set_aside} of {counts.rows} rows are set aside: {told_set_aside(counts)}"
    yield Finding(
        "AllRowsScored",
        status=False,
        reason=Reason.ROWS_SET_ASIDE,
        message=f"{text}. All of them: {last.output}/_set-aside in the store",
    )


def _under_way(
    batch: BatchPrediction, status: BatchPredictionStatus, observed: Observed, now: datetime
) -> Iterator[Finding]:
    """A run that the spec caused is Reconciling; any other leaves the spec acted on."""
    run = status.run
    if run is None:
        yield from _waits_for_a_version(batch, status, observed, now)
        return
    if run.phase is TaskPhase.STOPPED:
        return
    type_ = "Reconciling" if run.trigger == SPEC else "Running"
    if run.phase is TaskPhase.WAITING:
        at = run.retry_at.strftime("%H:%M:%S UTC") if run.retry_at else "once"
        text = f"{run.reason}: {run.message}; {told(run)}; tried again at {at}"
        yield Finding(type_, status=True, reason=Reason.WAITING_TO_RETRY, message=text)
        return
    text = f"run {run.run} ({run.trigger}): {told(run)}"
    if observed.job is not None and observed.job.trouble:
        text += f": {observed.job.trouble}"
    yield Finding(type_, status=True, reason=Reason.SCORING, message=text)


def _waits_for_a_version(
    batch: BatchPrediction, status: BatchPredictionStatus, observed: Observed, now: datetime
) -> Iterator[Finding]:
    """A run that would begin now waits for its model."""
    if not isinstance(observed.model, NotFound) or batch.spec.suspend:
        return
    due = status.next_run_at is not None and status.next_run_at <= now
    trigger = next_trigger(
        batch, status, request=None, due_slot=status.next_run_at if due else None
    )
    if trigger is not None:
        model = observed.model
        type_ = "Reconciling" if trigger == SPEC else "Running"
        yield Finding(type_, status=True, reason=model.reason, message=model.message)


def _stalled(
    batch: BatchPrediction, status: BatchPredictionStatus, problem: str
) -> Iterator[Finding]:
    last = status.last_run
    if problem:
        yield Finding("Stalled", status=True, reason=Reason.SPEC_INVALID, message=problem)
    elif status.run is None and last is not None and _needs_a_person(batch, last):
        again = f"trainyard.dev/request={acting_now('retry@now', status.last_request)}"
        text = (
            f"{last.reason}: {last.message.rstrip('.')}. Put it right and annotate with {again}"
            f" {_GO_ON}"
        )
        reason = Reason.RUN_STOPPED if last.phase is TaskPhase.STOPPED else Reason.RUN_FAILED
        yield Finding("Stalled", status=True, reason=reason, message=text)


def _needs_a_person(batch: BatchPrediction, last: BatchRun) -> bool:
    """Tell whether nothing happens by itself any more: no slot will come."""
    return last.phase is not TaskPhase.SUCCEEDED and batch.spec.schedule is None


def _is_suspended(batch: BatchPrediction, status: BatchPredictionStatus) -> Iterator[Finding]:
    if not batch.spec.suspend:
        return
    text = "spec.suspend is true: no run begins"
    if status.run is not None:
        text = f"spec.suspend is true: run {status.run.run} is stopped, {told(status.run)}"
    yield Finding("Suspended", status=True, reason=Reason.SUSPENDED, message=text)
