"""What another installation or store began is told and done once more, never taken for ours.

Proves: operator/trainyard/jobs/supervision.py
"""

from __future__ import annotations

from builders_training import an_installation, ingest_result, raw_dataset
from dataset_stories import DATASET, refresh_job
from training_stories import JOB, a_world, newest_run
from training_world import TrainingWorld

TAKEN_OVER = an_installation(id="second")


def test_a_finished_refresh_of_another_installation_is_done_once_more() -> None:
    """Its version lies where ours does not look: no run would ever find it."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    first = refresh_job(world)
    world.finish(first, ingest_result("d", 100))
    world.installation = TAKEN_OVER
    world.settle()
    refresh = world.status(*DATASET)["refresh"]
    assert ("Waiting", "StoredElsewhere") == (refresh["phase"], refresh["reason"])
    assert "/default/team of claim trainyard-store" in refresh["message"]
    assert "current" not in world.status(*DATASET)
    world.wait(60)
    world.settle()
    assert first != refresh_job(world)
    assert [refresh_job(world)] == list(world.names("Job"))
    world.finish(refresh_job(world), ingest_result("d", 100))
    world.settle()
    assert 100 == world.status(*DATASET)["current"]["rows"]


def test_a_run_that_another_installation_began_is_done_once_more() -> None:
    """Also when its pod has not begun: it would work, and store, for the other one."""
    world = a_world()
    first = newest_run(world)["name"]
    world.installation = TAKEN_OVER
    world.settle()
    assert "StoredElsewhere" == newest_run(world)["reason"]
    assert ("True", "WaitingToRetry") == world.condition(*JOB, "Reconciling")
    world.wait(60)
    world.settle()
    assert first != newest_run(world)["name"]
    assert "Pending" == newest_run(world)["phase"]
