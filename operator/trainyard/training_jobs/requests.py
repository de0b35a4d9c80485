"""What do people ask of a TrainingJob, and what comes of it?"""

from __future__ import annotations

from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import RunCause, TrainingJobReason
from trainyard.requests import NOW, Request, Verb, pending_request, refusal_without_status
from trainyard.training_jobs.inputs import dataset_name, inputs_with, lacks_dataset
from trainyard.training_jobs.limits import reset
from trainyard.training_jobs.observed import Observed, TrainingTurn, limits_state
from trainyard.training_jobs.refusal import why_refused
from trainyard.training_jobs.runs import latest_for, replaced, run_at_work
from trainyard.training_jobs.starting import begin, with_inputs
from trainyard.training_jobs.versions import version_named

_FAILED = frozenset({TaskPhase.FAILED, TaskPhase.WAITING})
_KNOWN = "a TrainingJob knows run@now, retry@<run>, verify@<modelversion> and reset-retrain@now"


def answer_request(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which the pending request was carried out or refused, once."""
    request = pending_request(job, turn.status)
    if request is None:
        return turn
    if refusal := refusal_without_status(turn.status, request):
        return _refused(turn, request, refusal)
    if request.verb is Verb.RESET_RETRAIN and request.target == NOW:
        turn = turn.changed(limits=reset(limits_state(turn)))
        text = "failures in a row are forgotten: retraining goes on"
        turn = turn.latched(request, done=True, message=text)
        return turn.noted(TrainingJobReason.RETRAIN_RESET, text)
    if request.verb is Verb.RUN and request.target == NOW:
        return _run(job, observed, turn, request)
    by_verb = {Verb.RETRY: _retry, Verb.VERIFY: _verify}
    if request.verb in by_verb:
        return by_verb[request.verb](job, observed, turn, request)
    return _refused(turn, request, f"{request.text}: {_KNOWN}")


def _run(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, request: Request
) -> TrainingTurn:
    """The newest data with the recipe as it is; a further attempt where it had a run already."""
    if job.spec.suspend:
        return _refused(turn, request, "spec.suspend is true: set it to false first")
    if why := why_refused(job.spec, observed.installation):
        return _refused(turn, request, why)
    cause = RunCause(kind="Request", message=f"request {request.text}"[:256], id=request.text)
    wanted = inputs_with(job, observed.dataset, cause, turn.now)
    if wanted is None:
        text = f"Dataset {dataset_name(job.spec)} has no version yet"
        return _refused(turn, request, text)
    work = run_at_work(turn.status.runs)
    if work is not None and work.inputs_digest == wanted.digest:
        return _refused(turn, request, f"run {work.name} of these inputs is at work already")
    turn = begin(job, observed, with_inputs(turn, wanted), wanted)
    return turn.latched(request, done=True, message=f"run {turn.status.runs[0].name}")


def _retry(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, request: Request
) -> TrainingTurn:
    """One more attempt at the current inputs, with the data they have."""
    inputs = turn.status.inputs
    latest = latest_for(turn.status.runs, inputs.digest) if inputs is not None else None
    if inputs is None or latest is None or latest.phase not in _FAILED or job.spec.suspend:
        return _refused(turn, request, "only a failed run of the current inputs is tried again")
    if why := _obstacle(job, observed):
        return _refused(turn, request, why)
    if request.target not in {latest.name, ""}:
        return _refused(turn, request, f"the failed run of the current inputs is {latest.name}")
    turn = begin(job, observed, turn, inputs)
    return turn.latched(request, done=True, message=f"run {turn.status.runs[0].name}")


def _verify(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, request: Request
) -> TrainingTurn:
    """One more attempt at the current inputs, whose result is compared and not recorded."""
    inputs = turn.status.inputs
    version = version_named(observed.versions, request.target)
    if version is None:
        text = f"this TrainingJob has no ModelVersion {request.target}"
        return _refused(turn, request, text)
    if inputs is None or version.spec.inputs_digest != inputs.digest:
        text = (
            f"ModelVersion {request.target} is of other data or another recipe than the current"
            " ones: bring both back to make it again"
        )
        return _refused(turn, request, text)
    work = run_at_work(turn.status.runs)
    if work is not None:
        return _refused(turn, request, f"run {work.name} is at work: ask when it has ended")
    if job.spec.suspend:
        return _refused(turn, request, "spec.suspend is true: set it to false first")
    if why := _obstacle(job, observed):
        return _refused(turn, request, why)
    cause = RunCause(kind="Request", message=f"request {request.text}"[:256], id=request.text)
    turn = begin(job, observed, turn, inputs.model_copy(update={"cause": cause}))
    run = turn.status.runs[0].model_copy(update={"verifies": request.target})
    turn = turn.changed(runs=replaced(turn.status.runs, run))
    return turn.latched(request, done=True, message=f"run {run.name}")


def _obstacle(job: TrainingJob, observed: Observed) -> str:
    if lacks_dataset(job, observed.dataset):
        return f"Dataset {dataset_name(job.spec)} does not exist"
    return why_refused(job.spec, observed.installation)


def _refused(turn: TrainingTurn, request: Request, message: str) -> TrainingTurn:
    turn = turn.latched(request, done=False, message=message)
    return turn.noted(TrainingJobReason.REQUEST_REFUSED, message, warning=True)
