"""A run that waits in a queue, begins when it is admitted, and makes room for others."""

from __future__ import annotations

import pytest
from builders_training import Raw
from job_pods import ended, pod_of
from training_stories import JOB, a_world, newest_run, succeed
from training_world import TrainingWorld

ESTIMATOR = {"class": "sklearn.svm.SVC", "parameters": {"C": 1}}
SEARCH = {"trials": 4, "objective": "accuracy", "space": [{"name": "C", "values": ["1", "10"]}]}
QUEUE = "kueue.x-k8s.io/queue-name"


def admitted(world: TrainingWorld) -> tuple[str, str]:
    """Status and reason of the condition."""
    found = [c for c in world.status(*JOB)["conditions"] if c["type"] == "Admitted"]
    return (found[0]["status"], found[0]["reason"]) if found else ("", "")


def job_at_work(world: TrainingWorld) -> str:
    """The newest Job's name."""
    run = newest_run(world)
    search = run.get("search")
    at_work = search is not None and search["phase"] not in {"Succeeded", "Failed"}
    name: str = search["name"] if search is not None and at_work else run["name"]
    return name


def suspend(world: TrainingWorld, *, suspended: bool, **status: object) -> None:
    """Have Kueue suspend or resume the Job, and everything react to it."""
    raw = world.raw("Job", job_at_work(world))
    spec = {**raw["spec"], "suspend": suspended}
    world.put({**raw, "spec": spec, "status": {**raw.get("status", {}), **status}})
    world.settle()


def begin(world: TrainingWorld) -> None:
    """Have the first container of the Job begin."""
    raw = world.raw("Job", job_at_work(world))
    running = {"name": "fetch", "state": {"running": {"startedAt": world.now.isoformat()}}}
    world.put(pod_of(raw, [running], world.now))
    world.settle()


def test_a_run_waits_in_its_queue_until_it_is_admitted() -> None:
    """The condition says which queue; the column WHY, too."""
    world = a_world(queueName="team-a")
    raw = world.raw("Job", newest_run(world)["name"])
    assert ("team-a", True) == (raw["metadata"]["labels"][QUEUE], raw["spec"]["suspend"])
    assert ("False", "Queued") == admitted(world)
    assert "waits in queue team-a" in world.status(*JOB)["summary"]["why"]
    suspend(world, suspended=False)
    assert ("True", "Admitted") == admitted(world)
    begin(world)
    assert "Running" == newest_run(world)["phase"]
    succeed(world, "b")
    assert ("", "") == admitted(world)


def test_without_a_queue_there_is_no_such_condition() -> None:
    """It would say nothing."""
    assert ("", "") == admitted(a_world())


def test_the_queue_is_no_part_of_the_recipe() -> None:
    """Another queue is for the next run: nothing trains anew."""
    world = a_world(queueName="team-a")
    run = newest_run(world)["name"]
    raw = world.raw(*JOB)
    world.put({**raw, "spec": {**raw["spec"], "queueName": "team-b"}})
    world.settle()
    assert [run] == [r["name"] for r in world.status(*JOB)["runs"]]
    assert "team-a" == world.raw("Job", run)["metadata"]["labels"][QUEUE]


def test_a_run_that_made_room_waits_again() -> None:
    """It is counted as preempted, never as failed, and begins when it is admitted again."""
    world = a_world(queueName="team-a")
    suspend(world, suspended=False)
    begin(world)
    pod = pod_of(world.raw("Job", newest_run(world)["name"]), (), world.now)
    world.delete("Pod", pod["metadata"]["name"])
    suspend(world, suspended=True)
    run = newest_run(world)
    assert ("Pending", 1, 0) == (
        run["phase"],
        run["preemptions"],
        run.get("infrastructureFailures", 0),
    )
    assert ("False", "Preempted") == admitted(world)
    assert any("was taken back" in said for said in world.events)
    world.settle()
    assert 1 == newest_run(world)["preemptions"]
    suspend(world, suspended=False)
    begin(world)
    succeed(world, "b")
    assert ("Succeeded", 0) == (newest_run(world)["phase"], newest_run(world)["attempt"])


def test_a_job_that_ended_while_it_made_room_is_done_once_more() -> None:
    """A container that does not end by itself is killed, and the Job controller counts that."""
    world = a_world(queueName="team-a")
    for _ in range(4):
        suspend(world, suspended=False)
        begin(world)
        raw = world.raw("Job", newest_run(world)["name"])
        world.put(pod_of(raw, [ended("train", 137, "", world.now)], world.now))
        moment = world.now.isoformat()
        failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}
        suspend(world, suspended=True, conditions=[{**failed, "lastTransitionTime": moment}])
        assert ("Waiting", "Preempted") == (newest_run(world)["phase"], newest_run(world)["reason"])
        world.wait(seconds=11)
        world.settle()
        assert "Pending" == newest_run(world)["phase"]
    run = newest_run(world)
    assert (4, 4, 0) == (run["attempt"], run["preemptions"], run.get("infrastructureFailures", 0))
    assert {"Stopped"} == {r["phase"] for r in world.status(*JOB)["runs"][1:]}
    conditions = {c["type"] for c in world.status(*JOB)["conditions"]}
    assert not conditions & {"Stalled", "LastRunSucceeded"}


@pytest.mark.parametrize("queue", ["team-a", ""])
def test_a_search_waits_as_a_run_does(queue: str) -> None:
    """Its Job is the one that is in the queue."""
    world = a_world(estimator=ESTIMATOR, search=SEARCH, queueName=queue)
    raw: Raw = world.raw("Job", job_at_work(world))
    assert queue == raw["metadata"]["labels"].get(QUEUE, "")
    assert (("False", "Queued") if queue else ("", "")) == admitted(world)
