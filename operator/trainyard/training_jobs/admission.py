"""Was the run at work admitted by its queue?"""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.v1alpha1.training_job_status import TrainingJobReason, TrainingJobStatus
from trainyard.conditions import Finding
from trainyard.training_jobs.observed import Observed
from trainyard.training_jobs.runs import run_at_work
from trainyard.training_jobs.searching import is_searching


def admission(status: TrainingJobStatus, observed: Observed) -> Iterator[Finding]:
    """Yield the condition `Admitted` while a run is at work whose Job is in a queue."""
    run = run_at_work(status.runs)
    if run is None:
        return
    task = run.search if run.search is not None and is_searching(run) else run
    view = observed.search if task is run.search else observed.job
    if view is None or view.name != task.name or not view.queue:
        return
    if not view.is_suspended:
        text = f"queue {view.queue} admitted Job {view.name} of run {run.name}"
        yield Finding("Admitted", status=True, reason=TrainingJobReason.ADMITTED, message=text)
        return
    reason, before = TrainingJobReason.QUEUED, ""
    if task.preemptions:
        reason = TrainingJobReason.PREEMPTED
        before = f"; its place was taken back {task.preemptions} times, which is no failure"
    text = (
        f"Job {view.name} of run {run.name} waits in queue {view.queue} to be admitted{before};"
        " what it waits for stands in its Workload: kubectl get workloads"
    )
    yield Finding("Admitted", status=False, reason=reason, message=text)
