"""How parameters are searched for, told as stories on a cluster in memory."""

from __future__ import annotations

import json
from typing import Any

from builders_training import Raw, digest
from training_stories import JOB, a_world, newest_run, succeed
from training_world import Crash, TrainingWorld
from trial_pods import end, leave, search_job

ESTIMATOR = {"class": "sklearn.svm.SVC", "parameters": {"C": 1, "kernel": "rbf"}}
SEARCH = {
    "strategy": "Grid",
    "trials": 4,
    "parallelism": 3,
    "objective": "accuracy",
    "space": [{"name": "C", "values": ["1", "10", "100", "1000"]}],
}


def searching(**fields: Any) -> TrainingWorld:
    """A TrainingJob whose first run has begun with a search."""
    return a_world(estimator=ESTIMATOR, search={**SEARCH, **fields})


def task_of(world: TrainingWorld, job: str) -> Raw:
    """The task of the Job's first container."""
    pod = world.raw("Job", job)["spec"]["template"]["spec"]
    variables = {v["name"]: v.get("value") for v in pod["initContainers"][0]["env"]}
    found: Raw = json.loads(variables["TRAINYARD_TASK"])
    return found


def why(world: TrainingWorld) -> str:
    """The column WHY."""
    text: str = world.status(*JOB)["summary"]["why"]
    return text


def test_a_run_begins_with_its_search() -> None:
    """Its own Job comes when the search is over."""
    world = searching()
    assert 1 == len(world.names("Job"))
    raw = world.raw("Job", search_job(world))
    assert ("Indexed", 4, 3) == tuple(
        raw["spec"][name] for name in ("completionMode", "completions", "parallelism")
    )
    trials = task_of(world, search_job(world))["search"]["trials"]
    assert [1, 10, 100, 1000] == [trial["parameters"]["C"] for trial in trials]
    assert ("Pending", "Pending") == (
        newest_run(world)["phase"],
        newest_run(world)["search"]["phase"],
    )


def test_the_best_trial_is_fitted() -> None:
    """With its parameters over those of the recipe; the search's Job goes."""
    world = searching()
    for trial, score in enumerate(("0.8", "0.9", "0.7", "0.85")):
        leave(world, trial, score)
    end(world)
    run = newest_run(world)
    assert [run["name"]] == world.names("Job")
    task = task_of(world, run["name"])
    assert {"C": 10, "kernel": "rbf"} == task["recipe"]["estimator"]["parameters"]
    scores = [trial["score"] for trial in task["search"]["trials"]]
    assert ["0.8", "0.9", "0.7", "0.85"] == scores
    expected = {"trial": 1, "score": "0.9", "parameters": '{"C": 10}'}
    assert ("Succeeded", 4, expected) == (
        run["search"]["phase"],
        run["search"]["succeeded"],
        run["search"]["best"],
    )
    assert any(
        "4 of 4 trials have a score; the best is trial 1: accuracy 0.9" in e for e in world.events
    )


def test_the_version_says_which_parameters_it_has() -> None:
    """And the scores go from the status: their table lies beside the bundle."""
    world = searching()
    for trial in range(4):
        leave(world, trial, f"0.{trial}")
    end(world)
    succeed(world, "b")
    (version,) = world.names("ModelVersion")
    assert '"C": 1000' in world.raw("ModelVersion", version)["spec"]["recipe"]
    run = newest_run(world)
    assert ("Succeeded", []) == (run["phase"], run["search"].get("scores", []))
    assert 3 == run["search"]["best"]["trial"]


def test_progress_is_told() -> None:
    """How many trials are over, how many failed, and the best so far."""
    world = searching()
    leave(world, 2, "0.7")
    leave(world, 0, why="kernel exploded")
    assert "tries parameters: 2 of 4 trials, 1 failed, best 0.7" in why(world)
    search = newest_run(world)["search"]
    assert (1, 1, 2) == (search["succeeded"], search["failed"], search["best"]["trial"])


def test_trials_that_fail_do_not_end_the_others() -> None:
    """By an exception, or by a crash of their pod."""
    world = searching()
    leave(world, 0, why="did not converge")
    leave(world, 3, "0.6")
    leave(world, 1, "0.5")
    end(world, "Failed", "FailedIndexes")
    end(world, "Failed", "FailedIndexes")
    task = task_of(world, newest_run(world)["name"])
    assert 1000 == task["recipe"]["estimator"]["parameters"]["C"]
    scores = [trial["score"] for trial in task["search"]["trials"]]
    assert scores[0] == "failed: Raised: did not converge"
    assert scores[2] == "failed: its pod left no result"


def test_a_result_that_nobody_read_is_asked_for_once_more() -> None:
    """By another Job, in which the others repeat what they found; it goes when it has given it."""
    world = searching()
    first = search_job(world)
    for trial in (0, 2, 3):
        leave(world, trial, "0.5")
    end(world)
    second = search_job(world)
    assert second != first
    trials = task_of(world, second)["search"]["trials"]
    assert ["0.5", None, "0.5", "0.5"] == [trial["score"] for trial in trials]
    assert any("1 of 4 trials left no result: they begin anew" in event for event in world.events)
    leave(world, 1, "0.9")
    assert second not in world.names("Job")
    assert 10 == task_of(world, newest_run(world)["name"])["recipe"]["estimator"]["parameters"]["C"]


def test_where_no_trial_has_a_score_the_run_failed() -> None:
    """For good: trying again gives the same."""
    world = searching()
    for trial in range(4):
        leave(world, trial, why="no such kernel")
    end(world)
    assert "Failed" == newest_run(world)["phase"]
    assert ("False", "RecipeInvalid") == world.condition(*JOB, "Ready")
    assert "AllTrialsFailed: none of 4 trials could be fitted and scored" in why(world)


def test_of_errors_the_smallest_is_the_best_and_of_equals_the_first() -> None:
    """Who ends first does not matter."""
    world = searching(objective="log_loss")
    for trial, score in ((3, "0.2"), (1, "0.2"), (0, "0.5"), (2, "0.3")):
        leave(world, trial, score)
    assert 1 == newest_run(world)["search"]["best"]["trial"]


def test_what_is_no_number_is_no_score() -> None:
    """Nothing is better than NaN."""
    world = searching()
    leave(world, 0, "NaN")
    leave(world, 1, "Infinity")
    search = newest_run(world)["search"]
    assert (0, 2, None) == (search["succeeded"], search["failed"], search.get("best"))


def test_a_score_that_is_known_outlives_its_pod() -> None:
    """A pod that is swept away has told all."""
    world = searching()
    leave(world, 1, "0.9")
    world.delete("Pod", f"{search_job(world)}-1")
    leave(world, 0, "0.5")
    assert 1 == newest_run(world)["search"]["best"]["trial"]


def test_a_search_whose_job_vanishes_begins_anew() -> None:
    """Scores that are known stay; the trials are the same."""
    world = searching()
    name = search_job(world)
    leave(world, 1, "0.9")
    world.delete("Job", name)
    world.settle()
    assert name == search_job(world)
    assert 1 == newest_run(world)["search"]["best"]["trial"]


def test_an_operator_that_dies_at_any_write_finds_the_same_best_trial() -> None:
    """Whatever it had written by then."""
    found = set()
    for write in range(1, 12):
        world = searching()
        world.writes, world.crash_at = 0, write
        for trial, score in enumerate(("0.8", "0.95", "0.7", "0.9")):
            _through(world, trial, score)
        _through(world, -1, "")
        world.crash_at = 0
        world.settle()
        run = newest_run(world)
        task = task_of(world, run["name"])
        found.add((run["search"]["best"]["trial"], task["recipe"]["estimator"]["parameters"]["C"]))
    assert {(1, 10)} == found


def _through(world: TrainingWorld, trial: int, score: str) -> None:
    try:
        if trial < 0:
            end(world)
        else:
            leave(world, trial, score)
    except Crash:
        world.crash_at = 0


def test_a_search_of_another_recipe_is_stopped() -> None:
    """Other values are other inputs; another parallelism is not."""
    world = searching()
    first = newest_run(world)
    world.change(*JOB, search={**SEARCH, "parallelism": 1})
    world.settle()
    assert first["name"] == newest_run(world)["name"]
    world.change(*JOB, search={**SEARCH, "folds": 5})
    world.settle()
    second = newest_run(world)
    assert (first["name"] != second["name"], "Stopped") == (
        True,
        world.status(*JOB)["runs"][1]["phase"],
    )
    assert 1 == len(world.names("Job"))
    assert digest("d") == second["datasetDigest"]


def test_a_search_that_passes_its_deadline_fails_the_run() -> None:
    """As any other Job does."""
    world = searching()
    leave(world, 0, "0.5")
    end(world, "Failed", "DeadlineExceeded")
    assert "DeadlineExceeded" == newest_run(world)["reason"]
