"""How the run at work moves on, told as stories."""

from __future__ import annotations

from builders_training import (
    digest,
    train_result,
)
from training_stories import (
    JOB,
    a_world,
    newest_run,
)
from training_world import TrainingWorld

from trainyard.reconciling.plan import Create


def test_a_crash_between_result_and_record_loses_nothing() -> None:
    """As long as the ModelVersion does not exist the run has not ended and its Job stays."""
    world = a_world()
    run = newest_run(world)
    world.finish(run["name"], train_result())
    plan = world.plans()["TrainingJob/model"]
    (action,) = plan.actions
    assert isinstance(action, Create)
    assert action.manifest["kind"] == "ModelVersion"
    assert plan.status is not None
    assert plan.status.runs[0].phase == "Running"
    assert plan.confirm_live


def test_a_users_fault_is_never_tried_again() -> None:
    """The message is the container's own, and the condition says how to go on."""
    world = a_world()
    said = '{"outcome":"Failed","reason":"ParameterInvalid","message":"no parameter depth"}'
    world.fail(newest_run(world)["name"], 12, said, container="train")
    world.settle()
    world.wait(100_000)
    world.settle()
    assert [run["phase"] for run in world.status(*JOB)["runs"]] == ["Failed"]
    assert world.condition(*JOB, "Ready") == ("False", "RecipeInvalid")
    (stalled,) = [c for c in world.status(*JOB)["conditions"] if c["type"] == "Stalled"]
    assert "ParameterInvalid: no parameter depth" in stalled["message"]
    assert f"trainyard.dev/request=retry@{newest_run(world)['name']}" in stalled["message"]


def test_a_failure_of_the_infrastructure_is_tried_again_with_growing_pauses() -> None:
    """MaxRetries attempts more, each a Job of its own; then it says that retries are used up."""
    world = a_world(attempts={"maxRetries": 2})
    for pause in (10, 20):
        world.fail(newest_run(world)["name"], 137, container="train")
        world.settle()
        assert world.condition(*JOB, "Reconciling") == ("True", "WaitingToRetry")
        world.wait(pause - 1)
        world.settle()
        assert newest_run(world)["phase"] == "Waiting"
        world.wait(1)
        world.settle()
        assert newest_run(world)["phase"] == "Pending"
    world.fail(newest_run(world)["name"], 137, container="train")
    world.settle()
    assert [run["attempt"] for run in world.status(*JOB)["runs"]] == [2, 1, 0]
    assert world.condition(*JOB, "Stalled") == ("True", "RetriesExhausted")


def test_a_deadline_in_the_middle_of_work_is_not_tried_again() -> None:
    """More of the same time would not be enough; the pods are gone, the begin is remembered."""
    world = a_world()
    world.begin(newest_run(world)["name"])
    world.settle()
    world.lose(newest_run(world)["name"], "DeadlineExceeded")
    world.settle()
    assert (newest_run(world)["fault"], newest_run(world)["reason"]) == ("User", "DeadlineExceeded")


def test_a_deadline_before_any_work_is_the_clusters_fault() -> None:
    """A pod that never started is tried again."""
    world = a_world()
    world.lose(newest_run(world)["name"], "DeadlineExceeded")
    world.settle()
    assert (newest_run(world)["fault"], newest_run(world)["reason"]) == (
        "Infrastructure",
        "NotStarted",
    )


def _world_whose_job_vanishes() -> TrainingWorld:
    """A world in which somebody deletes the Job of a run while it works."""
    world = a_world()
    job = newest_run(world)["name"]
    world.begin(job)
    world.settle()
    world.delete("Job", job)
    world.settle()
    return world


def test_a_vanished_job_is_looked_up_in_the_store() -> None:
    """Somebody deleted it while it ran: the stored result counts, and nothing runs twice."""
    world = _world_whose_job_vanishes()
    assert newest_run(world)["phase"] == "Reporting"
    (report,) = world.names("Job")
    world.finish(report, train_result())
    world.settle()
    assert world.status(*JOB)["current"]["bundleDigest"] == digest("b")


def test_a_vanished_job_without_a_stored_result_is_tried_again() -> None:
    """The report Job finds nothing: the infrastructure lost it."""
    world = _world_whose_job_vanishes()
    world.fail(world.names("Job")[0], 25, '{"outcome":"Failed","reason":"ResultNotFound"}')
    world.settle()
    assert (newest_run(world)["phase"], newest_run(world)["reason"]) == ("Waiting", "JobLost")
    assert "retryAt" in newest_run(world)


def test_the_next_attempt_counts_on() -> None:
    """Two infrastructure failures in a row with one retry are the end; a missing file is none."""
    world = a_world(attempts={"maxRetries": 1})
    for pause, code in ((10, 137), (20, 25), (40, 137), (80, 137)):
        world.fail(newest_run(world)["name"], code, container="fetch")
        world.settle()
        if code == 137 and pause == 80:
            break
        world.wait(pause)
        world.settle()
    assert [run["infrastructureFailures"] for run in world.status(*JOB)["runs"]] == [2, 1, 0, 1]
    assert world.condition(*JOB, "Stalled") == ("True", "RetriesExhausted")
