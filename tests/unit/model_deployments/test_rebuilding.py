"""A lost status, read again from the children."""

from __future__ import annotations

from builders_serving import digest
from serving_yard import Behaviour, ServingYard

from trainyard.conditions import is_true


async def wiped(yard: ServingYard) -> ServingYard:
    """Return the yard after its status was lost and one pass happened."""
    yard.raw["status"] = {}
    await yard.once()
    return yard


async def test_quarantine_survives_in_the_service() -> None:
    """A version that lost is not tried again because a status was lost."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.behaviours["b"] = Behaviour(crashes=True)
    yard.publish("b")
    await yard.run(60)
    await wiped(yard)
    await yard.run(60)
    assert [digest("b")] == [e.bundle_digest for e in yard.resource.status.quarantine]
    assert {"a": 100} == yard.weights


async def test_ready_comes_back_with_a_new_prediction() -> None:
    """Nothing is believed that was not asked again."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    await wiped(yard)
    assert not is_true(yard.resource.status.conditions, "Ready")
    await yard.run(10)
    assert is_true(yard.resource.status.conditions, "Ready")


async def test_a_first_version_that_was_starting_goes_on_starting() -> None:
    """Its Deployment says that it is the canary, and there is no stable one."""
    yard = ServingYard()
    yard.behaviours["a"] = Behaviour(ready=False)
    yard.publish("a")
    await yard.run(20)
    await wiped(yard)
    rollout = yard.resource.status.rollout
    assert rollout is not None
    assert "Starting" == rollout.phase
    yard.behaviours["a"] = Behaviour()
    await yard.until(20, a=100)


async def test_a_new_deployment_has_nothing_to_rebuild() -> None:
    """No Event, no decision."""
    yard = ServingYard()
    await yard.once()
    assert [] == yard.events
