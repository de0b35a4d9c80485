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
from trainyard.training_jobs.bayesian import (
    PRUNED,
    batch,
    chosen_by,
    is_chosen,
    study_document,
    tried_parameters,
)
from trainyard.training_jobs.halving import is_score, present_round, tried_now
from trainyard.training_jobs.trials import Parameters, told, trials_of

FAILED_SCORE = "failed"
"""Before the reason, in place of a score."""
FURTHER_ATTEMPTS = 1
"""So many further Jobs try what left no result: pods that crashed, and pods that were deleted
before anybody read what they had found. Trials with a result repeat it without being fitted."""
_LONGEST = 60
_UNREADABLE = f"{FAILED_SCORE}: what it chose cannot be read"
_TABLE = ("scores", "drawn", "means")
"""What is told of each trial, while the run is at work."""
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
    now = tried_now(progress)
    new = {
        trial: view.results[completion]
        for completion, trial in enumerate(now)
        if not known[trial] and completion in view.results
    }
    found = {
        trial: _score(result, search) if is_chosen(search, progress, trial, result) else _UNREADABLE
        for trial, result in new.items()
    }
    if is_over(view) and progress.attempt >= FURTHER_ATTEMPTS:
        lost = f"{FAILED_SCORE}: its pod left no result"
        found = {trial: lost for trial in now if not known[trial]} | found
    if not found and progress.scores:
        return progress
    scores = tuple(found.get(trial, said) for trial, said in enumerate(known))
    progress = chosen_by(search, progress, new)
    good = {trial: said for trial, said in enumerate(scores) if is_score(said)}
    return progress.model_copy(
        update={
            "scores": scores,
            "succeeded": len(good),
            "failed": sum(said.startswith(FAILED_SCORE) for said in scores),
            "best": _best(job, search, progress, good) or progress.best,
        }
    )


def _best(
    job: TrainingJob, search: Search, progress: SearchProgress, scores: Mapping[int, str]
) -> BestTrial | None:
    """Of equal ones the first: who ends first does not matter."""
    if not scores:
        return None
    sign = 1 if search.objective in LOWER_IS_BETTER else -1
    trial = min(scores, key=lambda number: (sign * float(scores[number]), number))
    parameters = tried_parameters(search, job.spec.seed, progress)[trial]
    return BestTrial(trial=trial, score=scores[trial], parameters=told(parameters or {}))


def _score(result: Mapping[str, Any], search: Search) -> str:
    found, objective = str(result.get("score") or ""), search.objective
    if result.get("outcome") == "Pruned" and is_score(found):
        folds = len(str(result.get("means") or "").split())
        return shorten(f"{PRUNED}: {found} after {folds} of {search.folds} folds", _LONGEST)
    if result.get("outcome") == "Succeeded" and is_score(found):
        return found
    why = f"{result.get('reason') or 'Error'}: {result.get('message') or f'no {objective}'}"
    return shorten(f"{FAILED_SCORE}: {why}", _LONGEST)


def is_complete(progress: SearchProgress) -> bool:
    """Tell whether every trial of the round has a score, or a reason for having none."""
    return bool(progress.scores) and all(progress.scores[trial] for trial in tried_now(progress))


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
    trials = tried_parameters(spec.search, spec.seed, run.search)
    trial = run.search.best.trial
    return (trials[trial] or {}) if trial < len(trials) else {}


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
    tried = tried_parameters(search, spec.seed, run.search)
    return {
        "objective": search.objective,
        "folds": search.folds,
        "trials": [
            {"parameters": parameters or {}, "score": known.get(trial) or None}
            for trial, parameters in enumerate(tried)
        ],
    }


def trial_document(spec: TrainingJobSpec, run: Run) -> dict[str, Any] | None:
    """Return the search as the pods of the present round read it: a trial for each completion."""
    document, search, progress = search_document(spec, run), spec.search, run.search
    if document is None or search is None or progress is None:
        return None
    trials = [document["trials"][trial] for trial in tried_now(progress)]
    part = present_round(search, progress).part
    study = study_document(search, spec.seed, progress) if search.strategy == "Bayesian" else None
    more = {"study": study} if study is not None else {}
    return {**document, "part": part, "trials": trials, **more}


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
    return run.model_copy(
        update={"search": run.search.model_copy(update=dict.fromkeys(_TABLE, ()))}
    )


def new_search(job: TrainingJob, run: Run, name: str) -> SearchProgress | None:
    """Return the search that the run begins with, if it does."""
    if job.spec.search is None:
        return None
    trials = len(trials_of(job.spec.search, job.spec.seed))
    found = SearchProgress(
        name=name, trials=trials, phase=TaskPhase.PENDING, queued_at=run.queued_at
    )
    if job.spec.search.strategy != "Bayesian":
        return found
    return found.model_copy(update={"tried": batch(trials, 0)})
