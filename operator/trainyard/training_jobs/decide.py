"""What should happen to a TrainingJob now?"""

from __future__ import annotations

from datetime import datetime

from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import TrainingJobReason, TrainingJobStatus
from trainyard.conditions import merge_conditions
from trainyard.jobs.federated_pods import coordinator_name
from trainyard.objects import ObjectRef
from trainyard.reconciling.plan import Create, Delete, Plan
from trainyard.reconciling.turn import Turn
from trainyard.training_jobs.conditions import findings
from trainyard.training_jobs.federation import federated
from trainyard.training_jobs.inputs import demanded_inputs
from trainyard.training_jobs.manifests import report_name, workers_name
from trainyard.training_jobs.observed import Observed, TrainingTurn
from trainyard.training_jobs.progress import progressed
from trainyard.training_jobs.refusal import why_refused
from trainyard.training_jobs.requests import answer_request
from trainyard.training_jobs.retention import (
    kept_runs,
    superfluous_children,
    superfluous_versions,
    used_versions,
)
from trainyard.training_jobs.retraining import outcomes_counted, retrained
from trainyard.training_jobs.runs import run_at_work
from trainyard.training_jobs.scheduling import schedule_problem, scheduled
from trainyard.training_jobs.searching import ended, is_searching
from trainyard.training_jobs.starting import (
    returned,
    started_if_due,
    suspended,
    with_inputs,
)
from trainyard.training_jobs.summary import summary
from trainyard.training_jobs.tracking import is_awaited, with_tracking
from trainyard.training_jobs.versions import current_version


def decide_training_job(
    job: TrainingJob, observed: Observed, now: datetime
) -> Plan[TrainingJobStatus]:
    """Return what to write and do: keep the wanted inputs' run going, record what it gives."""
    if job.metadata.deletion_timestamp is not None:
        return Plan(status=None)
    turn: TrainingTurn = Turn(status=job.status, now=now)
    turn = _demanded(job, observed, turn)
    turn = answer_request(job, observed, turn)
    turn = progressed(job, observed, turn)
    turn = outcomes_counted(job, observed, turn)
    if job.spec.suspend:
        turn = suspended(turn)
    elif not why_refused(job.spec, observed.installation):
        turn = retrained(job, observed, turn)
        turn = scheduled(job, observed, turn)
        turn = returned(job, started_if_due(job, observed, turn))
    turn = turn.changed(current=current_version(job, turn.status.inputs, observed))
    turn = federated(job, observed, turn)
    return _concluded(job, observed, _tidied(job, observed, turn)).plan()


def _demanded(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    wanted = demanded_inputs(job, observed.dataset, turn.now)
    if wanted is None:
        return turn
    return with_inputs(turn, wanted)


def _tidied(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Remove what the history limit does not keep, and Jobs whose result is on record."""
    limit = job.spec.history_limit
    turn = turn.changed(runs=kept_runs(turn.status.runs, limit))
    turn = with_tracking(job, observed, turn)
    status = turn.status
    runs = tuple(run if is_awaited(status, run) else ended(run) for run in status.runs)
    turn = turn.changed(runs=runs)
    needed = {a.manifest["metadata"]["name"] for a in turn.actions if isinstance(a, Create)}
    work = run_at_work(turn.status.runs)
    if work is not None and work.phase is TaskPhase.REPORTING:
        needed.add(report_name(job, work))
    if work is not None and work.search is not None and is_searching(work):
        needed.add(work.search.name)
    if work is not None and not is_searching(work):
        needed.add(workers_name(job, work))
    if turn.status.federation is not None:
        needed.add(coordinator_name(job))
    for reference in superfluous_children(turn.status, observed.children, needed):
        turn = turn.doing(Delete(reference))
    used = used_versions(turn.status, observed.versions, observed.deployments) | observed.pinned
    for version in superfluous_versions(observed.versions, used, limit):
        meta = version.metadata
        reference = ObjectRef(
            "ModelVersion", meta.namespace, meta.name, meta.uid, meta.resource_version
        )
        text = f"ModelVersion {meta.name}: nothing uses it and spec.historyLimit is {limit}"
        turn = turn.doing(Delete(reference)).noted(TrainingJobReason.VERSION_REMOVED, text)
    return turn


def _concluded(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    problem = schedule_problem(job, turn.now)
    found = findings(job, turn.status, observed, problem)
    generation = job.metadata.generation
    conditions = merge_conditions(job.status.conditions, found, generation=generation, now=turn.now)
    return turn.changed(
        observed_generation=generation,
        conditions=conditions,
        summary=summary(job, turn.status, observed, found, turn.now),
    )
