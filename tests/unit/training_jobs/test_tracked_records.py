"""What is on record of a search: its trials, and the parameters that it chose."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import NOW, a_training_job, an_installation, digest

from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import TrainingJobStatus
from trainyard.tracked import RunState, TrackedRun
from trainyard.training_jobs.identity import recipe_digest
from trainyard.training_jobs.observed import Observed
from trainyard.training_jobs.tracked_records import tracked_records

SEARCH = {
    "strategy": "Grid",
    "trials": 3,
    "objective": "roc_auc",
    "space": [{"name": "max_depth", "values": ["2", "5", "null"]}],
}
FOREST = {
    "class": "sklearn.ensemble.RandomForestClassifier",
    "parameters": {"n_estimators": 10, "max_depth": 3},
}
BEST = {"trial": 1, "score": "0.9", "parameters": '{"max_depth": 5}'}


def searching(phase: str, *scores: str, **run: Any) -> TrainingJob:
    """Return a TrainingJob whose run searches, or has searched."""
    job = a_training_job(estimator=FOREST, search=SEARCH, seed=7)
    began = NOW.isoformat()
    progress = {
        "name": "model-search",
        "phase": phase,
        "trials": 3,
        "queuedAt": began,
        "startedAt": began,
        "scores": list(scores),
        "best": BEST,
    }
    fields = {
        "name": "model-1",
        "phase": "Pending",
        "queuedAt": began,
        "inputsDigest": digest("1"),
        "recipeDigest": recipe_digest(job.spec),
        "datasetDigest": digest("d"),
        "cause": {"kind": "FirstRun"},
        "search": progress,
    }
    status = TrainingJobStatus.model_validate({"runs": [{**fields, **run}]})
    return job.model_copy(update={"status": status})


def record(job: TrainingJob) -> TrackedRun:
    """Return what is on record of the only run."""
    found = tracked_records(job, job.status, Observed(an_installation()))["model-1"]
    assert isinstance(found, TrackedRun)
    return found


def test_a_run_that_searches_has_begun_with_its_search() -> None:
    """Its own Job comes only afterwards."""
    run = record(searching("Running", "", "0.9", ""))
    assert (RunState.RUNNING, NOW) == (run.state, run.started_at)


def test_trials_that_have_ended_are_on_record_with_what_they_tried() -> None:
    """One without a score has failed, and one that is at work is not there yet."""
    run = record(searching("Running", "failed: Error: no memory", "0.9", ""))
    found = {t.trial: (t.score, t.parameters["max_depth"]) for t in run.trials}
    assert {0: (None, "2"), 1: (0.9, "5")} == found
    assert "roc_auc" == run.objective


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        pytest.param("Running", None, id="it may still find a better one"),
        pytest.param("Succeeded", "5", id="the best one"),
    ],
)
def test_what_is_searched_for_is_on_record_when_it_is_found(
    phase: str, expected: str | None
) -> None:
    """A parameter never changes once a tracker has it."""
    parameters = record(searching(phase, "0.8", "0.9", "0.7")).parameters
    assert expected == parameters.get("max_depth")
    assert "10" == parameters["n_estimators"]


def test_of_an_earlier_recipe_only_what_the_run_holds_is_told() -> None:
    """The parameters of the present one would be wrong."""
    job = searching("Succeeded", "0.8", "0.9", "0.7", recipeDigest=digest("e"))
    run = record(job)
    assert ({}, "score") == (run.parameters, run.objective)
    assert [0.8, 0.9, 0.7] == [trial.score for trial in run.trials]
    assert [{}, {}, {}] == [trial.parameters for trial in run.trials]


def test_the_variables_of_a_container_are_its_parameters() -> None:
    """One by one, so that runs can be compared by them."""
    container = {"image": "registry.example/train:1", "args": ["--fast"]}
    env = [{"name": "DEPTH", "value": "5"}, {"name": "RATE", "value": "0.1"}]
    job = a_training_job(estimator=None, container={**container, "env": env}, seed=7)
    run = searching("Running").status.runs[0]
    own = run.model_copy(update={"search": None, "recipe_digest": recipe_digest(job.spec)})
    status = TrainingJobStatus(runs=(own.model_copy(update={"phase": TaskPhase.RUNNING}),))
    found = tracked_records(job, status, Observed(an_installation()))["model-1"]
    assert isinstance(found, TrackedRun)
    expected = {"recipe": "container", "image": "registry.example/train:1", "args": '["--fast"]'}
    assert expected | {"seed": "7", "DEPTH": "5", "RATE": "0.1"} == found.parameters


def test_a_run_that_has_not_begun_is_on_no_record() -> None:
    """It may never begin."""
    job = searching("Pending")
    waiting = job.status.runs[0].model_copy(update={"search": None})
    status = job.status.model_copy(update={"runs": (waiting,)})
    assert {} == tracked_records(job, status, Observed(an_installation()))
