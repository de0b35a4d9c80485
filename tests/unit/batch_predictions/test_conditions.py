"""What a BatchPrediction says of itself where its life, in test_decide, does not show it."""

from __future__ import annotations

from batch_stories import BatchWorld


def test_what_keeps_pods_from_starting_is_told() -> None:
    """In the condition and the column."""
    world = BatchWorld()
    world.settle()
    world.refuse_pod(world.job, "exceeded quota: small")
    world.settle()
    assert "exceeded quota: small" in world.batch["summary"]["why"]


def test_why_says_what_is_wrong_first() -> None:
    """A failed run with a schedule waits for its next slot, and stalls not."""
    world = BatchWorld(schedule={"cron": "0 * * * *"}, attempts={"maxRetries": 0})
    world.settle()
    world.wait(3600)
    world.settle()
    world.lose(world.job)
    world.settle()
    assert world.told("Stalled") is None
    assert ("False", "RunFailed") == world.told("Ready")
    assert world.batch["summary"]["why"].startswith("RunFailed: ")


def test_a_slot_that_waits_for_a_version_says_so() -> None:
    """It begins when there is one."""
    world = BatchWorld(
        schedule={"cron": "0 * * * *"}, model={"modelDeployment": {"name": "nobody"}}
    )
    world.settle()
    assert world.told("Running") is None
    world.wait(3700)
    world.settle()
    assert ("True", "ModelNotFound") == world.told("Running")
