"""A Bayesian search whose trials ask Optuna finds the same best trial, however it is disturbed.

The operator decides on a cluster in memory; what a pod chooses is what the training image chooses.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from builders_training import Raw
from job_pods import ended, pod_of
from training_stories import a_world, newest_run
from training_world import Crash, TrainingWorld

from trainer.recipes.asking import Asking
from trainer.tasks.task import read_train_task
from trainer.tasks.train_task import TrainTask

TRIALS = 50
CRASHING = frozenset({3, 11, 20, 33, 47})
SEARCH = {
    "strategy": "Bayesian",
    "trials": TRIALS,
    "parallelism": 5,
    "objective": "roc_auc",
    "space": [
        {"name": "C", "float": {"min": "0.001", "max": "1000", "log": True}},
        {"name": "degree", "int": {"min": 1, "max": 9}},
        {"name": "kernel", "values": ["rbf", "poly", "linear"]},
    ],
}
ESTIMATOR = {"class": "sklearn.svm.SVC"}


def folds_of(parameters: Raw) -> list[float]:
    """A trial's scores: the nearer to C 7, degree 4 and poly the better; no two folds alike."""
    distance = abs(float(parameters["C"]["$float"]) - 7) / 50 + abs(parameters["degree"] - 4) / 9
    distance += parameters["kernel"] != "poly"
    return [1 / (1 + distance) - fold / 1000 for fold in range(3)]


class Cluster:
    """The Job controller and the kubelet, and whoever ends pods and operators."""

    def __init__(self, chance: random.Random | None) -> None:
        self.chance = chance
        self.world: TrainingWorld = a_world(estimator=ESTIMATOR, search=SEARCH)
        self.disturbances = 0
        self.pruned = 0

    def happens(self, share: float) -> bool:
        """Whether a disturbance comes now."""
        found = self.chance is not None and self.chance.random() < share
        self.disturbances += found
        return found

    def settle(self) -> None:
        """React to what is there; the operator may die at a write, and begins anew."""
        if self.chance is not None and self.happens(0.2):
            self.world.crash_at = self.world.writes + self.chance.randint(1, 4)
        try:
            self.world.settle()
        except Crash:
            self.world.settle()
        self.world.crash_at = 0

    def job(self) -> Raw | None:
        """The Job of the present round, while it is not over."""
        search = newest_run(self.world)["search"]
        found = dict(self.world.objects()).get(("Job", search["name"]))
        return None if found is None or found["status"].get("conditions") else found

    def run_job(self, job: Raw) -> None:
        """Every trial of the round ends, in whatever order."""
        first = not newest_run(self.world)["search"].get("attempt", 0)
        task = task_of(job)
        waiting = list(range(job["spec"]["completions"]))
        if self.chance is not None:
            self.chance.shuffle(waiting)
        while waiting:
            place = waiting.pop(0)
            if self.happens(0.2):
                waiting.append(place)  # its pod was lost: another one comes
                continue
            unread = first and self.happens(0.15)
            if number_of(task, place) not in CRASHING and not unread:
                self.world.put(self._pod(job, task, place))
            self.settle()
            if ("Job", job["metadata"]["name"]) not in dict(self.world.objects()):
                return  # a further Job ends as soon as it has given what was lost
        failed = {"type": "Failed", "status": "True", "reason": "FailedIndexes"}
        condition = {**failed, "lastTransitionTime": self.world.now.isoformat()}
        raw = self.world.raw("Job", job["metadata"]["name"])
        self.world.put({**raw, "status": {"conditions": [condition]}})
        self.settle()

    def _pod(self, job: Raw, task: TrainTask, place: int) -> Raw:
        said = {"verb": "trial", "trial": place, **self._result(task, place)}
        pod = pod_of(job, [ended("trial", 0, json.dumps(said), self.world.now)], self.world.now)
        pod["metadata"] |= {
            "name": f"{job['metadata']['name']}-{place}",
            "annotations": {"batch.kubernetes.io/job-completion-index": str(place)},
        }
        return pod

    def _result(self, task: TrainTask, place: int) -> Raw:
        assert task.search is not None
        assert task.search.study is not None
        trial = task.search.trials[place]
        if trial.score is not None:
            return {"outcome": "Succeeded", "score": trial.score}
        if not task.search.study.first:
            scores = folds_of(trial.parameters)
            means = [sum(scores[: n + 1]) / (n + 1) for n in range(3)]
            told = {"means": " ".join(f"{mean:.5g}" for mean in means)}
            return {"outcome": "Succeeded", "score": f"{means[-1]:.6f}", **told}
        asking = Asking(task.search.study, place, task.seed)
        found: list[float] = []
        for score in folds_of(asking.parameters):
            found.append(score)
            if asking.is_hopeless(found) and len(found) < 3:
                self.pruned += 1
                break
        outcome = "Succeeded" if len(found) == 3 else "Pruned"
        return {"outcome": outcome, "score": f"{sum(found) / len(found):.6f}", **asking.told()}


def number_of(task: TrainTask, place: int) -> int:
    """The trial's number in the whole search."""
    assert task.search is not None
    assert task.search.study is not None
    return task.search.study.first + place


def task_of(job: Raw) -> TrainTask:
    """What the pods of the Job read."""
    variables = job["spec"]["template"]["spec"]["containers"][0]["env"]
    return read_train_task(next(v["value"] for v in variables if v["name"] == "TRAINYARD_TASK"))


def searched(seed: int | None) -> tuple[Any, Any, Cluster]:
    """The best trial, what is fitted, and the cluster."""
    cluster = Cluster(None if seed is None else random.Random(seed))
    while (job := cluster.job()) is not None:
        cluster.run_job(job)
    run = newest_run(cluster.world)
    assert ("Succeeded", 5) == (run["search"]["phase"], run["search"]["failed"])
    task = task_of({"spec": {"template": {"spec": _first(cluster.world.raw("Job", run["name"]))}}})
    assert task.recipe is not None
    assert task.recipe.estimator is not None
    return run["search"]["best"], task.recipe.estimator.parameters, cluster


def _first(job: Raw) -> Raw:
    return {"containers": job["spec"]["template"]["spec"]["initContainers"]}


@pytest.fixture(scope="module")
def undisturbed() -> tuple[Any, Any, Cluster]:
    """How it goes when nothing happens."""
    return searched(None)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_best_trial(undisturbed: tuple[Any, Any, Cluster], seed: int) -> None:
    """Five trials crash every time; pods are lost before and after their end, operators die."""
    best, fitted, calm = undisturbed
    again, fitted_again, disturbed = searched(seed)
    assert 0 == calm.disturbances
    assert disturbed.disturbances > 20
    assert (best, fitted) == (again, fitted_again)
    assert best["trial"] not in CRASHING


def test_it_finds_more_than_draws_do(undisturbed: tuple[Any, Any, Cluster]) -> None:
    """What its first trials drew is not the best, and some of the later ones were hopeless."""
    best, fitted, calm = undisturbed
    assert best["trial"] >= 10
    assert "poly" == fitted["kernel"]
    assert calm.pruned > 0
    assert json.loads(best["parameters"]) == fitted
