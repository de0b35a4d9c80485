"""What do the conditions of a TrainingJob say?"""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.v1alpha1.task import Fault, TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Run, TrainingJobReason, TrainingJobStatus
from trainyard.conditions import Finding, get_condition
from trainyard.ownership import child_name
from trainyard.requests import acting_now
from trainyard.training_jobs.admission import admission
from trainyard.training_jobs.federation import told_participants
from trainyard.training_jobs.gathering import told_workers
from trainyard.training_jobs.limits import is_stopped
from trainyard.training_jobs.observed import Observed
from trainyard.training_jobs.refusal import why_refused
from trainyard.training_jobs.rounds import told_rounds
from trainyard.training_jobs.runs import last_ended, latest_for, run_at_work
from trainyard.training_jobs.searching import is_searching, told_progress
from trainyard.training_jobs.tracking import tracked
from trainyard.training_jobs.versions import ACCEPTED, acceptance, version_named


def findings(
    job: TrainingJob, status: TrainingJobStatus, observed: Observed, schedule_problem: str = ""
) -> tuple[Finding, ...]:
    """Return the answers to every question that a TrainingJob's conditions ask.

    What waits for an object waits while it is Reconciling, so one that stalls is not.
    """
    stalled = tuple(_stalled(job, status, observed)) or tuple(_unscheduled(schedule_problem))
    return (
        _ready(job, status, observed),
        *_last_run(status, observed),
        *(stalled or _under_way(status, observed)),
        *admission(status, observed),
        *tracked(status),
        *_warnings(job),
    )


def _ready(job: TrainingJob, status: TrainingJobStatus, observed: Observed) -> Finding:
    missing = _missing_data(job, observed)
    if missing is not None:
        return missing
    broken = failed_for_good(status)
    if broken is not None and broken.fault is Fault.USER:
        text = f"{broken.reason}: {broken.message}"
        return Finding("Ready", status=False, reason=TrainingJobReason.RECIPE_INVALID, message=text)
    if status.current is not None:
        text = f"ModelVersion {status.current.name} is the accepted one of the current inputs"
        reason = TrainingJobReason.VERSION_ACCEPTED
        return Finding("Ready", status=True, reason=reason, message=text)
    earlier = [v.metadata.name for v in observed.versions if acceptance(v)]
    refused = why_refused(job.spec, observed.installation)
    reason, text = (
        (TrainingJobReason.RECIPE_INVALID, refused) if refused else _no_current(status, observed)
    )
    if earlier:
        text = f"{text}; ModelVersion {max(earlier)} of earlier inputs stays accepted"
        reason = TrainingJobReason.VERSION_ACCEPTED
    return Finding("Ready", status=bool(earlier), reason=reason, message=text)


def _missing_data(job: TrainingJob, observed: Observed) -> Finding | None:
    if job.spec.dataset is None:
        return None
    name = job.spec.dataset.name
    if observed.dataset is None:
        text = f"Dataset {name} does not exist in this namespace: create it"
        reason = TrainingJobReason.DATASET_NOT_FOUND
        return Finding("Ready", status=False, reason=reason, message=text)
    if job.status.inputs is None and observed.dataset.status.current is None:
        said = observed.dataset.status.why
        text = f"Dataset {name} has no version yet" + (f": {said}" if said else "")
        reason = TrainingJobReason.WAITING_FOR_DATA
        return Finding("Ready", status=False, reason=reason, message=text)
    return None


def _no_current(status: TrainingJobStatus, observed: Observed) -> tuple[TrainingJobReason, str]:
    inputs = status.inputs.digest if status.inputs else ""
    own = [v for v in observed.versions if v.spec.inputs_digest == inputs]
    verdicts = {acceptance(version) for version in own}
    if verdicts & {None, True}:
        return (
            TrainingJobReason.VERSION_NOT_JUDGED,
            "the version of the current inputs is being judged",
        )
    if False in verdicts:
        return TrainingJobReason.VERSION_REFUSED, "the version of the current inputs was refused"
    latest = latest_for(status.runs, inputs)
    if latest is not None and latest.phase is TaskPhase.SUCCEEDED:
        text = (
            f"ModelVersion {latest.model_version} was deleted: ask for it again with the "
            f"annotation trainyard.dev/request={acting_now('run@now', status.last_request)}"
        )
        return TrainingJobReason.NO_VERSION_YET, text
    return TrainingJobReason.NO_VERSION_YET, "the current inputs have no version yet"


_OUTSIDE_THE_RECIPE = frozenset({"OutOfMemory", "DeadlineExceeded", "NotStarted"})
"""Reasons that resources, deadlines and the cluster put right; no run follows from these alone."""


def failed_for_good(status: TrainingJobStatus) -> Run | None:
    """Return the newest run of the current inputs if it failed and is not tried again."""
    latest = latest_for(status.runs, status.inputs.digest) if status.inputs else None
    if latest is None or latest.phase is not TaskPhase.FAILED:
        return None
    return latest


def _last_run(status: TrainingJobStatus, observed: Observed) -> Iterator[Finding]:
    last = last_ended(status.runs)
    if last is None:
        return
    good = last.phase is TaskPhase.SUCCEEDED
    yield Finding(
        "LastRunSucceeded",
        status=good,
        reason=TrainingJobReason.RUN_SUCCEEDED if good else TrainingJobReason.RUN_FAILED,
        message=f"run {last.name}" if good else f"run {last.name}: {last.reason}: {last.message}",
    )
    version = version_named(observed.versions, last.model_version) if good else None
    if version is None:
        return
    verdict = acceptance(version)
    said = get_condition(version.status.conditions, ACCEPTED)
    yield Finding(
        "LastRunAccepted",
        status=verdict,
        reason=_VERDICT_REASONS[verdict],
        message=said.message if said else f"ModelVersion {version.metadata.name}",
    )


_VERDICT_REASONS = {
    True: TrainingJobReason.VERSION_ACCEPTED,
    False: TrainingJobReason.VERSION_REFUSED,
    None: TrainingJobReason.VERSION_NOT_JUDGED,
}


_OF_THE_SPEC = frozenset({"FirstRun", "RecipeChanged", "DatasetPinned"})
"""Causes of runs that act on a changed spec; other runs leave it acted on."""


def _under_way(status: TrainingJobStatus, observed: Observed) -> Iterator[Finding]:
    work = run_at_work(status.runs)
    if work is not None:
        view = observed.report or observed.search or observed.job
        trouble = view.trouble if view is not None else ""
        waits = filter(None, (trouble, told_workers(observed.workers)))
        text = ": ".join((f"run {work.name} {_doing(work)}", *waits))
        if status.federation is not None:
            told = map(told_rounds, filter(None, (status.rounds,)))
            text = f"{text}: {'; '.join((*told, told_participants(status.federation)))}"
        yield Finding(_type(work), status=True, reason=TrainingJobReason.TRAINING, message=text)
        return
    latest = latest_for(status.runs, status.inputs.digest) if status.inputs else None
    if latest is not None and latest.phase is TaskPhase.WAITING:
        text = f"{latest.reason}: {latest.message}; tried again at {latest.retry_at:%H:%M:%S} UTC"
        reason = TrainingJobReason.WAITING_TO_RETRY
        yield Finding(_type(latest), status=True, reason=reason, message=text)


def _doing(run: Run) -> str:
    search = run.search
    if search is None or not is_searching(run):
        return f"is {run.phase.lower()}"
    return f"tries parameters: {told_progress(search)}"


def _type(run: Run) -> str:
    return "Reconciling" if run.cause.kind in _OF_THE_SPEC else "Running"


def _stalled(job: TrainingJob, status: TrainingJobStatus, observed: Observed) -> Iterator[Finding]:
    broken = failed_for_good(status)
    refused = why_refused(job.spec, observed.installation)
    if refused:
        reason = TrainingJobReason.RECIPE_INVALID
        yield Finding("Stalled", status=True, reason=reason, message=refused)
    elif broken is not None:
        exhausted = broken.fault is Fault.INFRASTRUCTURE
        reason = (
            TrainingJobReason.RETRIES_EXHAUSTED if exhausted else TrainingJobReason.RECIPE_INVALID
        )
        ways = "Change the recipe or the data, or try again"
        if broken.reason in _OUTSIDE_THE_RECIPE:
            ways = "Nothing of this changes the recipe, so ask for another attempt afterwards"
        again = acting_now(f"retry@{broken.name}", status.last_request)
        text = (
            f"run {broken.name}: {broken.reason}: {_sentence(broken.message)} "
            f"{ways}: {_annotate(job, again)}"
        )
        yield Finding("Stalled", status=True, reason=reason, message=text)
    elif status.limits is not None and is_stopped(job.spec.retrain.limits, status.limits):
        # What was counted differs at each stop, so the same command is never asked for twice.
        token = child_name("", *status.limits.counted)[-6:]
        text = (
            f"{status.limits.failures_in_a_row} retrains in a row came to nothing. "
            f"Let it go on with: {_annotate(job, f'reset-retrain@now#{token}')}"
        )
        reason = TrainingJobReason.RETRAIN_STOPPED
        yield Finding("Stalled", status=True, reason=reason, message=text)


def _unscheduled(problem: str) -> Iterator[Finding]:
    if problem:
        reason = TrainingJobReason.SCHEDULE_INVALID
        yield Finding("Stalled", status=True, reason=reason, message=problem)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _annotate(job: TrainingJob, request: str) -> str:
    meta = job.metadata
    return (
        f"kubectl annotate --overwrite -n {meta.namespace} trainingjob {meta.name} "
        f"trainyard.dev/request={request}"
    )


def _warnings(job: TrainingJob) -> Iterator[Finding]:
    if job.spec.suspend:
        text = "spec.suspend is true: no run begins"
        yield Finding("Suspended", status=True, reason=TrainingJobReason.SUSPENDED, message=text)
    container = job.spec.container
    if container is not None and "@sha256:" not in container.image:
        text = (
            f"spec.container.image {container.image} has no digest: what it runs may change "
            "without a new run; the image that ran is recorded in the ModelVersion"
        )
        reason = TrainingJobReason.TAG_NOT_DIGEST
        yield Finding("ImageNotPinned", status=True, reason=reason, message=text)
