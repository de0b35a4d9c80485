"""Stories of runs whose pod a node put out.

Proves: operator/trainyard/jobs/job_view.py
Proves: operator/trainyard/jobs/supervision.py
"""

from __future__ import annotations

from training_stories import JOB, a_world, newest_run, succeed

EVICTED = "Evicted: The node was low on memory."


def test_a_run_goes_on_in_the_next_pod() -> None:
    """What is left of the pod before says nothing of the run, which is still the first attempt."""
    world = a_world()
    job = newest_run(world)["name"]
    for _ in range(2):
        world.begin(job)
        world.settle()
        world.wait(60)
        world.evict(job)
        world.settle()
        assert "Running" == newest_run(world)["phase"]
    (_, *_, reconciling) = world.status(*JOB)["conditions"]
    assert reconciling["message"] == (
        f"run {job} is running: its pod was lost and it began anew ({EVICTED})"
    )
    world.begin(job)
    world.settle()
    succeed(world, "b")
    run = newest_run(world)
    assert (job, 0, "Succeeded") == (run["name"], run["infrastructureFailures"], run["phase"])
    assert ["Job/" + job] == [name for name in world.created if name.startswith("Job/")]


def test_a_run_that_ended_with_its_pod_is_tried_again() -> None:
    """It is the cluster's fault, told in the node's words, whatever code its containers had."""
    world = a_world()
    job = newest_run(world)["name"]
    world.begin(job)
    world.settle()
    world.lose(job)
    world.evict(job)
    world.settle()
    run = newest_run(world)
    assert ("Waiting", "Infrastructure", "PodLost") == (run["phase"], run["fault"], run["reason"])
    assert f"the pod ended without a result: {EVICTED}" == run["message"]
    world.wait(10)
    world.settle()
    assert ("Pending", 1) == (newest_run(world)["phase"], newest_run(world)["attempt"])
