"""What do the columns of `kubectl get trainingjobs` say?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trainyard.api.v1alpha1.retrain import LimitsState
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Summary, TrainingJobStatus
from trainyard.champion import followers
from trainyard.conditions import Finding, in_column
from trainyard.training_jobs.limits import blocked, is_stopped
from trainyard.training_jobs.observed import Observed
from trainyard.training_jobs.runs import last_ended, latest_for, run_at_work
from trainyard.training_jobs.triggers import missing_rows, new_data_trigger
from trainyard.training_jobs.versions import version_named

_WHY_ORDER = (
    "Stalled",
    "Suspended",
    "Reconciling",
    "Running",
    "LastRunSucceeded",
    "LastRunAccepted",
)


def summary(
    job: TrainingJob,
    status: TrainingJobStatus,
    observed: Observed,
    found: Sequence[Finding],
    now: datetime,
) -> Summary:
    """Return the short texts of the columns."""
    return Summary(
        run=_run(status),
        champion=_champion(job, status, observed),
        gates=_gates(status, observed),
        next=_next(job, status, observed, now)[:256],
        why=in_column(_why(status, found)),
    )


def _run(status: TrainingJobStatus) -> str:
    newest = status.runs[0] if status.runs else None
    return f"{newest.name[-10:]} {newest.phase}" if newest is not None else ""


def _champion(job: TrainingJob, status: TrainingJobStatus, observed: Observed) -> str:
    """What serves; where nothing follows, the accepted version."""
    following = followers(job.metadata.name, observed.deployments)
    stable = {d.status.stable.model_version for d in following if d.status.stable is not None}
    if stable:
        return ", ".join(sorted(stable))[:256]
    return status.current.name if status.current is not None else ""


def _gates(status: TrainingJobStatus, observed: Observed) -> str:
    last = last_ended(status.runs)
    name = status.current.name if status.current else (last.model_version if last else "")
    version = version_named(observed.versions, name)
    if version is None or version.status.summary is None:
        return ""
    return version.status.summary.gates


def _next(job: TrainingJob, status: TrainingJobStatus, observed: Observed, now: datetime) -> str:
    """The first of these that applies."""
    if run_at_work(status.runs) is not None:
        return ""
    by_data = _by_data(job, status, observed, now)
    return _by_itself(job, status) or by_data or _by_the_clock(status)


def _by_itself(job: TrainingJob, status: TrainingJobStatus) -> str:
    latest = latest_for(status.runs, status.inputs.digest) if status.inputs else None
    stopped = status.limits is not None and is_stopped(job.spec.retrain.limits, status.limits)
    if job.spec.suspend:
        return "suspended"
    if latest is not None and latest.phase is TaskPhase.WAITING:
        return f"retry at {latest.retry_at:%H:%M:%S} UTC"
    if stopped:
        return "stopped until reset-retrain@now"
    return "refresh requested" if status.refresh_requested is not None else ""


def _by_data(job: TrainingJob, status: TrainingJobStatus, observed: Observed, now: datetime) -> str:
    dataset, inputs = observed.dataset, status.inputs
    if dataset is None or inputs is None:
        return ""
    if new_data_trigger(job, dataset, inputs) is None:
        return missing_rows(job, dataset, inputs)
    last, state = last_ended(status.runs), status.limits or LimitsState()
    held = blocked(job.spec.retrain.limits, state, last.finished_at if last else None, now)
    return held.message if held else ""


def _by_the_clock(status: TrainingJobStatus) -> str:
    slot = status.next_scheduled_at
    return f"scheduled for {slot:%Y-%m-%d %H:%M} UTC" if slot is not None else ""


def _why(status: TrainingJobStatus, found: Sequence[Finding]) -> str:
    """What is wrong first, then what goes on; the last run only where it is of these inputs."""
    last, inputs = last_ended(status.runs), status.inputs
    elsewhere = last is None or inputs is None or last.inputs_digest != inputs.digest
    by_type = {finding.type: finding for finding in found}
    for kind in _WHY_ORDER:
        finding = by_type.get(kind)
        of_run = kind.startswith("LastRun")
        if finding is None or (of_run and (elsewhere or finding.status is True)):
            continue
        return f"{finding.reason}: {finding.message}"
    ready = by_type["Ready"]
    return f"{ready.reason}: {ready.message}"
