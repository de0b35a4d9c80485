"""How good parameters are that a search tries."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import training_pod
from training_pod import Ended, Pod, estimator, store_dataset, train_task

from trainer.__main__ import main

TREE = estimator("tree.DecisionTreeClassifier", max_depth=1)


def tried(
    pod: Pod, table: training_pod.Table, search: dict[str, Any], index: str, recipe: Any = TREE
) -> Ended:
    """How the trial of that index ended, in a pod as the operator makes it."""
    digest = store_dataset(pod.store, table)
    task = train_task(digest, table.target, recipe, search=search)
    pod.empty()
    assert 0 == pod.run("fetch", task).code
    variables = {**pod.variables(task), "JOB_COMPLETION_INDEX": index}
    (pod.root / "termination-log").unlink(missing_ok=True)
    code = main(["trial"], variables)
    return Ended(code, json.loads((pod.root / "termination-log").read_text()))


def a_search(
    *trials: dict[str, Any], objective: str = "accuracy", folds: int = 3
) -> dict[str, Any]:
    """A search that tries these."""
    return {
        "objective": objective,
        "folds": folds,
        "trials": [{"parameters": trial} for trial in trials],
    }


def test_a_deeper_tree_scores_better(pod: Pod) -> None:
    """The trial's parameters stand over those of the recipe; the same trial has the same score."""
    search = a_search({}, {"max_depth": 5})
    found = [tried(pod, training_pod.wines(), search, index) for index in "011"]
    scores = [float(ended.document["score"]) for ended in found]
    assert [0, 0, 0] == [ended.code for ended in found]
    assert scores[0] < scores[1] == scores[2] <= 1
    assert 1 == found[1].document["trial"]


@pytest.mark.parametrize(
    ("table", "recipe", "objective"),
    [
        pytest.param(training_pod.mixed(), TREE, "log_loss", id="texts, holes and weights"),
        pytest.param(
            training_pod.diabetes(), estimator("linear_model.Ridge"), "rmse", id="numbers"
        ),
    ],
)
def test_whatever_is_graded_can_be_the_objective(
    pod: Pod, table: training_pod.Table, recipe: dict[str, Any], objective: str
) -> None:
    """The metrics are those of the test rows."""
    ended = tried(pod, table, a_search({}, objective=objective), "0", recipe)
    assert ("Succeeded", True) == (ended.document["outcome"], float(ended.document["score"]) > 0)


@pytest.mark.parametrize(
    ("search", "reason"),
    [
        pytest.param(a_search({"depth": 3}), "ParameterInvalid", id="no such parameter"),
        pytest.param(a_search({"max_depth": -3}), "ParameterInvalid", id="out of its range"),
        pytest.param(a_search({}, objective="rmse"), "MetricsInvalid", id="not of a classifier"),
    ],
)
def test_parameters_that_do_not_work_are_an_outcome(
    pod: Pod, search: dict[str, Any], reason: str
) -> None:
    """The pod ends well: the other trials go on, and Kubernetes does not try this one again."""
    ended = tried(pod, training_pod.wines(), search, "0")
    assert (0, "Failed", reason) == (
        ended.code,
        ended.document["outcome"],
        ended.document["reason"],
    )


@pytest.mark.parametrize("index", ["", "7", "x"])
def test_a_pod_of_no_search_is_told_so(pod: Pod, index: str) -> None:
    """It has no index, or one that no trial has."""
    ended = tried(pod, training_pod.wines(), a_search({}), index)
    assert (10, "TaskUnreadable") == (ended.code, ended.document["reason"])


def test_a_part_of_the_rows_is_the_same_for_every_trial(
    pod: Pod, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tree that learns by heart scores worse on less, and the same each time."""
    monkeypatch.setattr("trainer.trial.LEAST_ROWS", 30)
    whole = a_search({"max_depth": 8})
    part = {**whole, "part": 9}
    scores = [
        float(tried(pod, training_pod.tumours(), search, "0").document["score"])
        for search in (whole, part, part)
    ]
    assert scores[0] > scores[1] == scores[2]


def test_a_score_that_is_known_is_repeated(pod: Pod) -> None:
    """Nothing is fitted: these parameters could not be."""
    search = a_search({"depth": 3})
    search["trials"][0]["score"] = "0.9"
    ended = tried(pod, training_pod.wines(), search, "0")
    assert ("Succeeded", "0.9") == (ended.document["outcome"], ended.document["score"])


def test_few_rows_cannot_be_cut(pod: Pod) -> None:
    """It says how many there are."""
    few = training_pod.wines()
    few = replace(few, frame=few.frame.iloc[:20])
    ended = tried(pod, few, a_search({}, folds=10), "0")
    assert "15 train rows cannot be cut into 10 folds" in ended.document["message"]


def test_the_table_of_all_trials_lies_beside_the_bundle(pod: Pod) -> None:
    """Written by the run that fits the best ones."""
    table = training_pod.wines()
    search = a_search({"max_depth": 1}, {"max_depth": 5})
    search["trials"][0]["score"] = "0.6"
    search["trials"][1]["score"] = "0.9"
    task = train_task(store_dataset(pod.store, table), table.target, TREE, search=search)
    ended = pod.run_all(task)
    stored = json.loads((pod.bundle(ended.document["bundle"]) / "about/search.json").read_text())
    assert ["0.6", "0.9"] == [trial["score"] for trial in stored["trials"]]


def test_a_trial_of_a_bayesian_search_chooses_for_itself(pod: Pod) -> None:
    """By the trials of earlier rounds; one that is hopeless ends before its last fold."""
    space = [{"name": "max_depth", "int": {"min": 1, "max": 8}}]
    good = [{"numbers": [depth], "means": [1.5, 1.5, 1.5]} for depth in range(1, 9)]
    study = {"first": 10, "space": space, "lowerIsBetter": False, "earlier": []}
    search = {**a_search({}, {}), "study": study}
    first = tried(pod, training_pod.wines(), search, "0").document
    assert "Succeeded" == first["outcome"]
    (depth,) = json.loads(first["drawn"])
    fixed = tried(pod, training_pod.wines(), a_search({"max_depth": depth}), "0").document
    assert (first["score"], first["means"]) == (fixed["score"], fixed["means"])
    hopeless = {**search, "study": {**study, "earlier": good}}
    ended = tried(pod, training_pod.wines(), hopeless, "1").document
    assert ("Pruned", 1) == (ended["outcome"], len(ended["means"].split()))
