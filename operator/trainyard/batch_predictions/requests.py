"""What do people ask of a BatchPrediction, and what comes of it?"""

from __future__ import annotations

from dataclasses import dataclass

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.batch_prediction_status import BatchPredictionReason, BatchRun
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.batch_predictions.identity import job_name, spec_digest
from trainyard.batch_predictions.model import NotFound
from trainyard.batch_predictions.observed import BatchTurn, Observed
from trainyard.jobs.forbidden_sources import why_forbidden
from trainyard.jobs.supervision import next_attempt
from trainyard.requests import NOW, Request, Verb, pending_request, refusal_without_status

_KNOWN = "a BatchPrediction knows run@now, retry@now and abort@now"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request that was latched wants to begin."""

    run: str | None = None
    """The text of a request for a new run."""
    again: BatchRun | None = None
    """The failed run that goes on."""


NOTHING = Asked()


def answer_request(
    batch: BatchPrediction, observed: Observed, turn: BatchTurn
) -> tuple[BatchTurn, Asked]:
    """Return the turn with the pending request latched, and what it wants to begin.

    A request for a run waits while one is at work: it asks for the files as they are from now on.
    """
    request = pending_request(batch, turn.status)
    if request is None:
        return turn, NOTHING
    if refusal := refusal_without_status(turn.status, request):
        return _refused(turn, request, refusal), NOTHING
    if request.target == NOW and request.verb is Verb.RUN:
        return _run(batch, observed, turn, request)
    if request.target == NOW and request.verb is Verb.RETRY:
        return _retry(batch, turn, request)
    if request.target == NOW and request.verb is Verb.ABORT:
        return _abort(turn, request)
    return _refused(turn, request, f"{request.text}: {_KNOWN}"), NOTHING


def _run(
    batch: BatchPrediction, observed: Observed, turn: BatchTurn, request: Request
) -> tuple[BatchTurn, Asked]:
    if batch.spec.suspend:
        return _refused(turn, request, "spec.suspend is true: set it to false first"), NOTHING
    if turn.status.run is not None:
        return turn, NOTHING
    if isinstance(observed.model, NotFound):
        return _refused(turn, request, observed.model.message), NOTHING
    if why := why_forbidden(batch.spec.source, observed.installation):
        return _refused(turn, request, why), NOTHING
    return turn.latched(request, done=True, message="runs"), Asked(run=request.text)


def _retry(batch: BatchPrediction, turn: BatchTurn, request: Request) -> tuple[BatchTurn, Asked]:
    run, last = turn.status.run, turn.status.last_run
    if run is not None and run.phase is TaskPhase.WAITING:
        sooner = run.model_copy(update={"retry_at": turn.now})
        turn = turn.changed(run=sooner)
        return turn.latched(request, done=True, message="is tried again now"), NOTHING
    if batch.spec.suspend or run is not None or last is None or last.phase is TaskPhase.SUCCEEDED:
        text = "only a run that failed or was stopped goes on, while none is at work"
        return _refused(turn, request, text), NOTHING
    if last.spec_digest != spec_digest(batch.spec):
        text = f"run {last.run} followed another spec: ask for run@now"
        return _refused(turn, request, text), NOTHING
    again = next_attempt(last, job_name(batch, last.run, last.attempt + 1), turn.now)
    again = again.model_copy(update={"infrastructure_failures": 0, "source_failures": 0})
    turn = turn.latched(request, done=True, message=f"run {last.run} goes on")
    return turn, Asked(again=again)


def _abort(turn: BatchTurn, request: Request) -> tuple[BatchTurn, Asked]:
    run = turn.status.run
    if run is None:
        return _refused(turn, request, "no run is at work"), NOTHING
    over = {
        "phase": TaskPhase.STOPPED,
        "finished_at": turn.now,
        "reason": str(BatchPredictionReason.RUN_STOPPED),
        "message": f"request {request.text}",
    }
    turn = turn.changed(run=None, last_run=run.model_copy(update=over))
    turn = turn.latched(request, done=True, message=f"run {run.run} is stopped")
    return turn.noted(BatchPredictionReason.RUN_STOPPED, f"run {run.run}: {request.text}"), NOTHING


def _refused(turn: BatchTurn, request: Request, text: str) -> BatchTurn:
    latched = turn.latched(request, done=False, message=text)
    return latched.noted(BatchPredictionReason.REQUEST_REFUSED, text, warning=True)
