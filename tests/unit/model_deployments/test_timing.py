"""When to look again although nothing changed."""

from __future__ import annotations

from datetime import timedelta

from serving_pods import Behaviour
from serving_yard import ServingYard


async def waits(yard: ServingYard) -> float | None:
    """Return after how many seconds the next pass is due once nothing is left to do now."""
    for _ in range(5):
        writes = yard.writes
        plan = await yard.once()
        if yard.writes == writes:
            break
    return None if plan.again_after is None else plan.again_after.total_seconds()


async def test_a_settled_deployment_is_never_due() -> None:
    """It waits for events alone."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(30)
    assert await waits(yard) is None


async def test_a_step_is_due_at_each_interval_of_the_analysis() -> None:
    """Fifteen seconds by default."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(30)
    yard.publish("b")
    await yard.until(30, a=95, b=5)
    await yard.run(5)
    due = await waits(yard)
    assert due is not None
    assert 1 <= due <= 15


async def test_unreadable_counters_are_asked_once_per_interval() -> None:
    """Not again and again."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(30)
    yard.blind = True
    yard.publish("b")
    await yard.until(30, a=95, b=5)
    await yard.run(5)
    asked = yard.asked
    await yard.run(150)
    assert yard.asked - asked <= 12


async def test_a_warm_version_is_due_when_its_time_is_over() -> None:
    """And then gone after the drain."""
    yard = ServingYard(spec={"rollout": {"scaleDownDelaySeconds": 120}})
    yard.publish("a")
    await yard.run(30)
    yard.publish("b")
    await yard.until(300, b=100)
    await yard.run(20)
    due = await waits(yard)
    assert due is not None
    assert 80 <= due <= 120
    yard.now += timedelta(seconds=due)
    await yard.run(30)
    assert yard.replicas("a") is None
    assert await waits(yard) is None


async def test_a_retry_is_due_at_its_time() -> None:
    """After the cluster's fault."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(30)
    yard.behaviours["b"] = Behaviour(image_missing=True)
    yard.publish("b")
    await yard.run(160)
    retry = yard.resource.status.retry
    assert retry is not None
    due = await waits(yard)
    assert due is not None
    assert abs((retry.retry_at - yard.now).total_seconds() - due) <= 1
