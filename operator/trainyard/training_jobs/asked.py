"""What do people ask of a TrainingJob, and what comes of it?"""

from __future__ import annotations

from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import RunCause, TrainingJobReason
from trainyard.requests import Request, Verb, outcomes_with, pending_request
from trainyard.training_jobs.brakes import released
from trainyard.training_jobs.inputs import inputs_with
from trainyard.training_jobs.runs import latest_for, run_at_work
from trainyard.training_jobs.seen import Observed, TrainingTurn, brakes_state
from trainyard.training_jobs.starting import begin, with_inputs

BRAKES = "brakes"
_KNOWN = "a TrainingJob knows run@now, retry@<run> and release@brakes"


def answer_request(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which the pending request was carried out or refused, once."""
    request = pending_request(job, turn.status)
    if request is None:
        return turn
    if request.verb is Verb.RELEASE and request.target == BRAKES:
        turn = turn.changed(brakes=released(brakes_state(turn)))
        text = "the brakes are released: retraining goes on"
        turn = _latched(turn, request, done=True, message=text)
        return turn.noted(TrainingJobReason.BRAKES_RELEASED, text)
    if request.verb is Verb.RUN:
        return _run(job, observed, turn, request)
    if request.verb is Verb.RETRY:
        return _retry(job, observed, turn, request)
    return _refused(turn, request, f"{request.text}: {_KNOWN}")


def _run(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, request: Request
) -> TrainingTurn:
    """The newest data with the recipe as it is; a further attempt where it had a run already."""
    if job.spec.suspend:
        return _refused(turn, request, "spec.suspend is true: set it to false first")
    cause = RunCause(kind="Request", message=f"request {request.text}"[:256], id=request.text)
    dataset = observed.dataset
    wanted = inputs_with(job, dataset, cause, turn.now) if dataset is not None else None
    if wanted is None:
        text = f"Dataset {job.spec.dataset.name} has no version yet"
        return _refused(turn, request, text)
    work = run_at_work(turn.status.runs)
    if work is not None and work.inputs_digest == wanted.digest:
        return _refused(turn, request, f"run {work.name} of these inputs is at work already")
    turn = begin(job, observed, with_inputs(turn, wanted), wanted)
    return _latched(turn, request, done=True, message=f"run {turn.status.runs[0].name}")


def _retry(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, request: Request
) -> TrainingTurn:
    """One more attempt at the current inputs, with the data they have."""
    inputs = turn.status.inputs
    latest = latest_for(turn.status.runs, inputs.digest) if inputs is not None else None
    if inputs is None or latest is None or latest.phase != "Failed" or job.spec.suspend:
        return _refused(turn, request, "only a failed run of the current inputs is tried again")
    if observed.dataset is None:
        return _refused(turn, request, f"Dataset {job.spec.dataset.name} does not exist")
    if request.target not in {latest.name, ""}:
        return _refused(turn, request, f"the failed run of the current inputs is {latest.name}")
    turn = begin(job, observed, turn, inputs)
    return _latched(turn, request, done=True, message=f"run {turn.status.runs[0].name}")


def _refused(turn: TrainingTurn, request: Request, message: str) -> TrainingTurn:
    turn = _latched(turn, request, done=False, message=message)
    return turn.noted(TrainingJobReason.REQUEST_REFUSED, message, warning=True)


def _latched(turn: TrainingTurn, request: Request, *, done: bool, message: str) -> TrainingTurn:
    return turn.changed(
        last_request=request.text,
        requests=outcomes_with(
            turn.status.requests, request, done=done, message=message, now=turn.now
        ),
    )
