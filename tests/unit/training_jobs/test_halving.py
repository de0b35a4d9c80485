"""Which trials go on, with how many of the rows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders_training import NOW, Raw
from job_pods import ended, pod_of
from training_stories import JOB, a_world, newest_run
from training_world import TrainingWorld

from trainyard.api.v1alpha1.search import Search, SearchProgress
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.training_jobs.halving import Round, is_score, next_round, rounds_of, tried_now

SPACE = [{"name": "C", "float": {"min": "0.1", "max": "10"}}]
HALVING = {"strategy": "Halving", "trials": 9, "objective": "accuracy", "space": SPACE}


def a_search(**fields: Any) -> Search:
    """A search by halving."""
    return Search.model_validate({**HALVING, **fields})


def a_progress(*scores: str, **fields: Any) -> SearchProgress:
    """A search whose trials gave these."""
    given = {"name": "search", "phase": TaskPhase.RUNNING, "queued_at": NOW, **fields}
    return SearchProgress(trials=len(scores), scores=scores, **given)


@pytest.mark.parametrize(
    ("trials", "expected"),
    [
        pytest.param(1, [(1, 1)], id="one"),
        pytest.param(2, [(2, 1)], id="two: no third"),
        pytest.param(3, [(3, 3), (1, 1)], id="three"),
        pytest.param(20, [(20, 9), (6, 3), (2, 1)], id="twenty"),
        pytest.param(100, [(100, 27), (33, 9), (11, 3), (3, 1)], id="no more than four rounds"),
    ],
)
def test_a_third_goes_on_with_three_times_the_rows(
    trials: int, expected: list[tuple[int, int]]
) -> None:
    """The last round has all of them."""
    assert [Round(*one) for one in expected] == list(rounds_of(a_search(), trials))
    random = a_search(strategy="Random")
    assert (Round(trials, 1),) == rounds_of(random, trials)


def test_the_best_third_goes_on() -> None:
    """Of equal ones the first; what was dropped, and what failed, keeps its word."""
    scores = ("0.5", "0.9", "failed: why", "0.7", "0.9", "0.9", "0.8", "0.1", "0.2")
    after = next_round(a_search(), a_progress(*scores))
    assert after is not None
    assert (1, (1, 4, 5), (1, 4, 5)) == (after.round, after.tried, tried_now(after))
    assert "dropped: 0.5 on 1/9 of the rows" == after.scores[0]
    assert ("", "failed: why") == (after.scores[1], after.scores[2])


def test_of_errors_the_smaller_go_on() -> None:
    """As the metric is better."""
    scores = [f"0.{digit}" for digit in range(1, 10)]
    after = next_round(a_search(objective="log_loss"), a_progress(*scores))
    assert after is not None
    assert (0, 1, 2) == after.tried


def test_after_the_last_round_there_is_none() -> None:
    """Nor where nothing has a score."""
    scores = ["0.5"] * 9
    assert next_round(a_search(), a_progress(*scores, round=2, tried=(3,))) is None
    assert next_round(a_search(), a_progress(*["failed: x"] * 9)) is None
    assert next_round(a_search(strategy="Random"), a_progress(*scores)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.5", True), ("-1e-3", True), ("", False), ("nan", False), ("inf", False), ("x", False)],
)
def test_a_score_is_a_finite_number(text: str, expected: bool) -> None:
    """Nothing else can be compared."""
    assert expected == is_score(text)


def _leave(world: TrainingWorld, scores: list[str]) -> Raw:
    """Have the present Job's completions leave these scores, and the Job end; return its task."""
    name = newest_run(world)["search"]["name"]
    job = world.raw("Job", name)
    assert len(scores) == job["spec"]["completions"]
    for completion, score in enumerate(scores):
        found = json.dumps({"verb": "trial", "outcome": "Succeeded", "score": score})
        pod = pod_of(job, [ended("trial", 0, found, world.now)], world.now)
        pod["metadata"] |= {
            "name": f"{name}-{completion}",
            "annotations": {"batch.kubernetes.io/job-completion-index": str(completion)},
        }
        world.put(pod)
    done = {"type": "Complete", "status": "True", "lastTransitionTime": world.now.isoformat()}
    world.put({**job, "status": {"conditions": [done]}})
    variables = job["spec"]["template"]["spec"]["containers"][0]["env"]
    world.settle()
    task: Raw = json.loads(next(v["value"] for v in variables if v["name"] == "TRAINYARD_TASK"))
    return task


def test_a_search_in_three_rounds() -> None:
    """Each is a Job of its own; the best of the last one is fitted on all rows."""
    estimator = {"class": "sklearn.svm.SVC", "parameters": {}}
    world = a_world(estimator=estimator, search=HALVING)
    first = _leave(world, [f"0.{digit}" for digit in range(1, 10)])
    assert (9, 9) == (first["search"]["part"], len(first["search"]["trials"]))
    why = world.status(*JOB)["summary"]["why"]
    assert "tries parameters: 0 of 3 trials of round 2, best 0.9" in why
    second = _leave(world, ["0.75", "0.7", "0.6"])
    assert second["search"]["trials"] == [
        {**trial, "score": None} for trial in first["search"]["trials"][6:]
    ]
    third = _leave(world, ["0.74"])
    assert (3, 1) == (second["search"]["part"], third["search"]["part"])
    run = newest_run(world)
    assert [run["name"]] == world.names("Job")
    best = run["search"]["best"]
    assert (6, "0.74", "Succeeded") == (best["trial"], best["score"], run["search"]["phase"])
    variables = world.raw("Job", run["name"])["spec"]["template"]["spec"]["initContainers"][0]
    task = json.loads(next(v["value"] for v in variables["env"] if v["name"] == "TRAINYARD_TASK"))
    kept = [trial["score"] for trial in task["search"]["trials"]]
    assert ("dropped: 0.1 on 1/9 of the rows", "dropped: 0.7 on 1/3 of the rows", "0.74") == (
        kept[0],
        kept[7],
        kept[6],
    )
