"""What /metrics shows of a deployment."""

from __future__ import annotations

from serving_yard import ServingYard

from trainyard.model_deployments.metrics import state_of


async def test_weights_steps_and_readiness_are_shown() -> None:
    """One sample each, from the status alone."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    found = {(s.metric, s.labels.get("role")): s.value for s in state_of(yard.resource)}
    assert 1.0 == found["modeldeployment_ready", None]
    assert 95 == found["modeldeployment_weight_percent", "stable"]
    assert 5 == found["modeldeployment_weight_percent", "canary"]
    assert 1 == found["modeldeployment_step", None]
