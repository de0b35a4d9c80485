"""How far is the search for parameters of a run, and which trial is the best?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainyard.api.gates import LOWER_IS_BETTER
from trainyard.api.v1alpha1.search import BestTrial, Search, SearchProgress
from trainyard.api.v1alpha1.task import AT_WORK, Fault, TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob, TrainingJobSpec
from trainyard.api.v1alpha1.training_job_status import Run
from trainyard.conditions import shorten
from trainyard.jobs.failure import Failure
from trainyard.jobs.job_view import JobPhase, JobView
from trainyard.training_jobs.halving import is_score, present_round, tried_now
from trainyard.training_jobs.trials import Parameters, told, trials_of

FAILED_SCORE = "failed"
"""Before the reason, in place of a score."""
FURTHER_ATTEMPTS = 1
"""So many further Jobs try what left no result: pods that crashed, and pods that were deleted
before anybody read what they had found. Trials with a result repeat it without being fitted."""
_LONGEST = 60
_ENDED_WITHOUT_SOME = frozenset({"FailedIndexes", "MaxFailedIndexesExceeded"})
"""Why the Job controller calls a Job failed whose other trials have all ended well."""


def is_searching(run: Run) -> bool:
    """Tell whether the run's parameters are still being searched for."""
    return run.search is not None and run.search.phase in AT_WORK


def is_over(view: JobView | None) -> bool:
    """Tell whether every trial has ended, well or not."""
    if view is None:
        return False
    without_some = view.phase is JobPhase.FAILED and view.reason in _ENDED_WITHOUT_SOME
    return view.phase is JobPhase.SUCCEEDED or without_some


def counted(
    job: TrainingJob, search: Search, progress: SearchProgress, view: JobView
) -> SearchProgress:
    """Return the progress with what the trials left so far; what is known already stays."""
    known = progress.scores or ("",) * progress.trials
    found = list(known)
    for completion, trial in enumerate(tried_now(progress)):
        if not found[trial] and completion in view.results:
            found[trial] = _score(view.results[completion], search.objective)
    scores = tuple(found)
    if is_over(view) and progress.attempt >= FURTHER_ATTEMPTS:
        lost = f"{FAILED_SCORE}: its pod left no result"
        scores = tuple(said or lost for said in scores)
    if scores == known and progress.scores:
        return progress
    good = {trial: said for trial, said in enumerate(scores) if is_score(said)}
    return progress.model_copy(
        update={
            "scores": scores,
            "succeeded": len(good),
            "failed": sum(said.startswith(FAILED_SCORE) for said in scores),
            "best": _best(job, search, good) or progress.best,
        }
    )


def _best(job: TrainingJob, search: Search, scores: Mapping[int, str]) -> BestTrial | None:
    """Of equal ones the first: who ends first does not matter."""
    if not scores:
        return None
    sign = 1 if search.objective in LOWER_IS_BETTER else -1
    trial = min(scores, key=lambda number: (sign * float(scores[number]), number))
    parameters = trials_of(search, job.spec.seed)[trial]
    return BestTrial(trial=trial, score=scores[trial], parameters=told(parameters))


def _score(result: Mapping[str, Any], objective: str) -> str:
    found = str(result.get("score") or "")
    if result.get("outcome") == "Succeeded" and is_score(found):
        return found
    why = f"{result.get('reason') or 'Error'}: {result.get('message') or f'no {objective}'}"
    return shorten(f"{FAILED_SCORE}: {why}", _LONGEST)


def is_complete(progress: SearchProgress) -> bool:
    """Tell whether every trial has a score, or a reason for having none."""
    return len(progress.scores) == progress.trials and all(progress.scores)


def none_succeeded(progress: SearchProgress) -> Failure | None:
    """Return the failure of a search of which no trial has a score."""
    if progress.best is not None:
        return None
    first = next(iter(progress.scores), "")
    text = f"none of {progress.trials} trials could be fitted and scored; the first: {first}"
    return Failure(Fault.USER, "AllTrialsFailed", text)


def best_parameters(spec: TrainingJobSpec, run: Run) -> Parameters:
    """Return what the search chose for the run; nothing where there was none."""
    if spec.search is None or run.search is None or run.search.best is None:
        return {}
    trials = trials_of(spec.search, spec.seed)
    trial = run.search.best.trial
    return trials[trial] if trial < len(trials) else {}


def chosen(spec: TrainingJobSpec, run: Run) -> TrainingJobSpec:
    """Return the spec with the parameters that the search chose."""
    found = best_parameters(spec, run)
    if not found or spec.estimator is None:
        return spec
    parameters = {**spec.estimator.parameters, **found}
    estimator = spec.estimator.model_copy(update={"parameters": parameters})
    return spec.model_copy(update={"estimator": estimator})


def search_document(spec: TrainingJobSpec, run: Run) -> dict[str, Any] | None:
    """Return the search as tasks word it, with the scores that are known."""
    search = spec.search
    if search is None:
        return None
    scores = run.search.scores if run.search is not None else ()
    known = dict(enumerate(scores))
    return {
        "objective": search.objective,
        "folds": search.folds,
        "trials": [
            {"parameters": parameters, "score": known.get(trial) or None}
            for trial, parameters in enumerate(trials_of(search, spec.seed))
        ],
    }


def trial_document(spec: TrainingJobSpec, run: Run) -> dict[str, Any] | None:
    """Return the search as the pods of the present round read it: a trial for each completion."""
    document, search, progress = search_document(spec, run), spec.search, run.search
    if document is None or search is None or progress is None:
        return None
    trials = [document["trials"][trial] for trial in tried_now(progress)]
    return {**document, "part": present_round(search, progress).part, "trials": trials}


def told_progress(progress: SearchProgress) -> str:
    """Return in words how far the trials of the present round are."""
    now = tried_now(progress)
    over = sum(bool(progress.scores[trial]) for trial in now) if progress.scores else 0
    text = f"{over} of {len(now)} trials"
    if progress.round:
        text += f" of round {progress.round + 1}"
    if progress.failed:
        text += f", {progress.failed} failed"
    return text if progress.best is None else f"{text}, best {progress.best.score}"


def ended(run: Run) -> Run:
    """Return the run whose search is over: the table of its trials lies beside the bundle."""
    if run.search is None or not run.search.scores or run.phase in AT_WORK:
        return run
    return run.model_copy(update={"search": run.search.model_copy(update={"scores": ()})})


def new_search(job: TrainingJob, run: Run, name: str) -> SearchProgress | None:
    """Return the search that the run begins with, if it does."""
    if job.spec.search is None:
        return None
    trials = len(trials_of(job.spec.search, job.spec.seed))
    return SearchProgress(
        name=name, trials=trials, phase=TaskPhase.PENDING, queued_at=run.queued_at
    )
