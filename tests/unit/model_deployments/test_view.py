"""A decision knows nothing but what it looks at."""

from __future__ import annotations

from serving_yard import ServingYard

from trainyard.model_deployments.decide import decide_model_deployment
from trainyard.model_deployments.observe import observe_model_deployment


async def test_the_same_view_gives_the_same_plan() -> None:
    """In the middle of a rollout as well."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.run(3)
    observed = await observe_model_deployment(yard.resource, yard, yard._sources())
    first, second = (decide_model_deployment(yard.resource, observed, yard.now) for _ in range(2))
    assert first == second
    assert first.actions
