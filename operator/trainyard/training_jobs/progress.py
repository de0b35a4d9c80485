"""How does the run at work move on, and what becomes of its result?"""

from __future__ import annotations

from typing import Any

from trainyard.api.v1alpha1.model_version import ModelVersionSpec
from trainyard.api.v1alpha1.search import SearchProgress
from trainyard.api.v1alpha1.task import Task, TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Run, TrainingJobReason
from trainyard.jobs.failure import Failure
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
from trainyard.reconciling.plan import Create
from trainyard.training_jobs.gathering import begun, gathered
from trainyard.training_jobs.halving import DROPPED, next_round
from trainyard.training_jobs.identity import version_name
from trainyard.training_jobs.manifests import (
    model_version,
    run_report_job,
    search_job,
    search_name,
)
from trainyard.training_jobs.observed import Observed, TrainingTurn
from trainyard.training_jobs.result import metrics_for_run, read_result
from trainyard.training_jobs.runs import replaced, run_at_work
from trainyard.training_jobs.searching import (
    counted,
    is_complete,
    is_over,
    is_searching,
    none_succeeded,
)
from trainyard.training_jobs.verifying import compared
from trainyard.training_jobs.versions import version_named


def progressed(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which the run at work is as far as its Job shows."""
    run = run_at_work(turn.status.runs)
    if run is None:
        return turn
    follow_on = _searched if is_searching(run) else _worked
    return follow_on(job, observed, turn, run)


def _worked(job: TrainingJob, observed: Observed, turn: TrainingTurn, run: Run) -> TrainingTurn:
    retries = job.spec.attempts.max_retries
    step = follow(run, observed.job, observed.report, turn.now, retries)
    after = recorded(run, step, observed.job, turn.now)
    match step:
        case Start():
            return begun(job, after, observed, turn)
        case Wait(until):
            turn = gathered(job, run, observed, turn)
            return _told_preemption(_with(turn, after), run, run, after).again_at(until)
        case Report():
            report = run_report_job(job, after, observed.installation)
            return _with(turn, after).doing(Create(report))
        case Ended():
            worked = recorded(run, Wait(), observed.job, turn.now)
            return _ended(job, observed, turn, worked, step)
        case Retry() | GaveUp():
            return _failed(turn, after, step)


def _searched(job: TrainingJob, observed: Observed, turn: TrainingTurn, run: Run) -> TrainingTurn:
    """The turn in which the trials are as far as their Job shows; then the model is fitted."""
    progress, search, view = run.search, job.spec.search, observed.search
    if progress is None or search is None:
        # Another recipe without a search became the wanted one: with_inputs stopped this run.
        return turn
    if view is not None and not view.is_gone:
        progress = counted(job, search, progress, view)
    if is_over(view) or _has_what_was_lost(progress):
        run = run.model_copy(update={"search": progress})
        further = _round_over if is_complete(progress) else _tried_again
        return further(job, observed, turn, run)
    step = follow(progress, view, None, turn.now)
    before, progress = progress, recorded(progress, step, view, turn.now)
    match step:
        case Wait(until):
            turn = _with(turn, run.model_copy(update={"search": progress}))
            return _told_preemption(turn, run, before, progress).again_at(until)
        case Retry(failure) | GaveUp(failure):
            return _gave_up(job, turn, run.model_copy(update={"search": progress}), failure)
        case _:
            # Its Job is not there (yet, or any more): trials that have a score are tried again
            # and give the same one.
            return turn.doing(Create(search_job(job, run, observed.installation)))


def _has_what_was_lost(progress: SearchProgress) -> bool:
    """Tell whether a further Job, which begins all trials anew, has nothing more to give."""
    return progress.attempt > 0 and is_complete(progress)


def _told_preemption(turn: TrainingTurn, run: Run, before: Task, after: Task) -> TrainingTurn:
    if after.preemptions == before.preemptions:
        return turn
    text = f"run {run.name}: the place of Job {after.name} was taken back: it waits to be admitted"
    return turn.noted(TrainingJobReason.PREEMPTED, text)


def _tried_again(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, run: Run
) -> TrainingTurn:
    """The turn in which one more Job asks for the results that were lost."""
    progress = run.search
    if progress is None:
        return turn
    lost = sum(not said for said in progress.scores)
    name = search_name(job, run, progress.round, progress.attempt + 1)
    run = run.model_copy(update={"search": next_attempt(progress, name, turn.now)})
    text = f"run {run.name}: {lost} of {progress.trials} trials left no result: they begin anew"
    turn = _with(turn, run).noted(TrainingJobReason.SEARCHED, text)
    return turn.doing(Create(search_job(job, run, observed.installation)))


def _round_over(job: TrainingJob, observed: Observed, turn: TrainingTurn, run: Run) -> TrainingTurn:
    """The turn in which the better trials go on with more rows, or the best one is fitted."""
    search, progress = job.spec.search, run.search
    after = next_round(search, progress) if search is not None and progress is not None else None
    if after is None or progress is None:
        return _chosen(job, observed, turn, run)
    name = search_name(job, run, after.round, 0)
    after = next_attempt(after, name, turn.now).model_copy(update={"attempt": 0})
    run = run.model_copy(update={"search": after})
    best = progress.best.score if progress.best is not None else "none"
    going_on = f"{len(after.tried)} trials go on to round {after.round + 1}"
    text = f"run {run.name}: {going_on}; the best so far has {best}"
    turn = _with(turn, run).noted(TrainingJobReason.SEARCHED, text)
    return turn.doing(Create(search_job(job, run, observed.installation)))


def _chosen(job: TrainingJob, observed: Observed, turn: TrainingTurn, run: Run) -> TrainingTurn:
    progress = run.search
    if progress is None:
        return turn
    failure = none_succeeded(progress)
    if failure is not None:
        return _gave_up(job, turn, run, failure)
    over = {"phase": TaskPhase.SUCCEEDED, "finished_at": turn.now}
    run = run.model_copy(update={"search": progress.model_copy(update=over)})
    best = progress.best
    text = f"run {run.name}: {progress.succeeded} of {_asked(progress)} trials have a score"
    if best is not None and job.spec.search is not None:
        objective = job.spec.search.objective
        text += f"; the best is trial {best.trial}: {objective} {best.score} by {best.parameters}"
    turn = _with(turn, run).noted(TrainingJobReason.SEARCHED, text)
    return begun(job, run, observed, turn)


def _asked(progress: SearchProgress) -> int:
    """How many trials could have a score: not those that Halving dropped in earlier rounds."""
    return sum(not said.startswith(DROPPED) for said in progress.scores)


def _gave_up(job: TrainingJob, turn: TrainingTurn, run: Run, failure: Failure) -> TrainingTurn:
    retry = failed(run, failure, turn.now, job.spec.attempts.max_retries)
    return _failed(turn, recorded(run, retry, None, turn.now), retry)


def _ended(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, run: Run, step: Ended
) -> TrainingTurn:
    image = observed.job.image if observed.job is not None else ""
    found = read_result(job, run, step.result, image)
    if isinstance(found, Failure):
        retry = failed(run, found, turn.now, job.spec.attempts.max_retries)
        return _failed(turn, recorded(run, retry, None, turn.now), retry)
    if run.verifies:
        return _verified(observed, turn, recorded(run, step, None, turn.now), found)
    name = version_name(job.metadata.name, found.bundle_digest)
    if version_named(observed.versions, name) is None:
        # The record comes first: only when it exists has the run ended, and its Job may go.
        return _with(turn, run).doing(Create(model_version(job, found)))
    return _version_recorded(turn, recorded(run, step, None, turn.now), found, name)


def _verified(
    observed: Observed, turn: TrainingTurn, run: Run, found: ModelVersionSpec
) -> TrainingTurn:
    """The turn in which the two models are compared; what serves stays as it is."""
    before = version_named(observed.versions, run.verifies)
    update: dict[str, Any] = {
        "bundle_digest": found.bundle_digest,
        "model_version": run.verifies,
        "metrics": metrics_for_run(found),
        "reason": str(TrainingJobReason.VERIFIED),
    }
    text = f"ModelVersion {run.verifies} is gone: there is nothing to compare with"
    if before is not None:
        verification = compared(before.spec, found)
        update["verification"] = verification
        text = f"ModelVersion {run.verifies} made again: {verification.outcome}:"
        text = f"{text} {verification.message}"
    differs = before is not None and update["verification"].outcome == "Different"
    turn = _with(turn, run.model_copy(update=update))
    return turn.noted(TrainingJobReason.VERIFIED, text, warning=differs)


def _version_recorded(
    turn: TrainingTurn, run: Run, found: ModelVersionSpec, name: str
) -> TrainingTurn:
    metrics = metrics_for_run(found)
    update: dict[str, Any] = {
        "bundle_digest": found.bundle_digest,
        "model_version": name,
        "metrics": metrics,
        "reason": str(TrainingJobReason.RUN_SUCCEEDED),
    }
    shown = ", ".join(f"{metric} {value}" for metric, value in list(metrics.items())[:6])
    turn = _with(turn, run.model_copy(update=update))
    turn = turn.changed(image=found.image or turn.status.image)
    text = f"run {run.name} ({run.cause.kind}) gave ModelVersion {name}: {shown}"
    return turn.noted(TrainingJobReason.VERSION_RECORDED, text)


def _failed(turn: TrainingTurn, run: Run, step: Retry | GaveUp) -> TrainingTurn:
    text = f"run {run.name}: {step.failure.reason}: {step.failure.message}"
    reason = TrainingJobReason.RUN_FAILED
    if isinstance(step, Retry):
        text += f" (tried again at {step.at:%H:%M:%S} UTC)"
        reason = TrainingJobReason.WAITING_TO_RETRY
    return _with(turn, run).noted(reason, text, warning=True)


def _with(turn: TrainingTurn, run: Run) -> TrainingTurn:
    return turn.changed(runs=replaced(turn.status.runs, run))
