"""What is asked, and only when it is due."""

from __future__ import annotations

from dataclasses import replace

from builders_serving import INSTALLATION, NAMESPACE, ROUTERS_ALWAYS
from serving_pods import Behaviour
from serving_yard import ServingYard

from trainyard.model_deployments.observe import observe_model_deployment

OWN_SERIES = 'up{namespace="$(namespace)"}'


async def test_a_prediction_is_asked_for_again_until_it_succeeds() -> None:
    """Ready stays False meanwhile, with the reason."""
    yard = ServingYard()
    yard.publish("a")
    yard.refusing = True
    await yard.run(20)
    ready = yard.resource.status.conditions[0]
    assert ("False", "PredictionFailed") == (ready.status, ready.reason)
    yard.refusing = False
    await yard.run(10)
    assert "True" == yard.resource.status.conditions[0].status


async def test_a_query_may_be_confined_to_its_own_namespace() -> None:
    """Prometheus is not asked for what others count, and WHY says what to add."""
    yard = ServingYard(
        spec={
            "monitoring": {
                "errors": {"prometheus": {"query": "up", "max": "1"}},
                "quality": {"prometheus": {"query": OWN_SERIES, "max": "1"}},
            }
        },
        installation=replace(INSTALLATION, prometheus_namespace_label="namespace"),
        numbers={f'up{{namespace="{NAMESPACE}"}}': 0.5},
    )
    yard.publish("a")
    await yard.run(60)
    of_all, own = (state.why for state in yard.resource.status.monitors)
    assert "add the matcher namespace=" in of_all
    assert "0.5 is within bounds" == own


async def test_routers_are_asked_only_while_a_decision_is_not_in_force() -> None:
    """A stuck router is asked each second, and never again once it reported."""
    yard = ServingYard(spec=ROUTERS_ALWAYS)
    yard.publish("a")
    yard.routers_stuck = True
    await yard.run(20)
    asked = yard.asked
    await yard.run(10)
    assert yard.asked > asked
    yard.routers_stuck = False
    await yard.run(20)
    asked = yard.asked
    await yard.run(30)
    assert asked == yard.asked


async def test_a_view_is_the_same_for_the_same_world() -> None:
    """Nothing in it depends on anything but what was read."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(30)
    sources = yard._sources()
    first = await observe_model_deployment(yard.resource, yard, sources)
    assert first == await observe_model_deployment(yard.resource, yard, sources)
    assert (None, None, None) == (first.reading, first.prediction, first.monitors)


async def test_a_store_that_a_second_node_cannot_mount_is_told() -> None:
    """As the cluster's fault, by the Events of the pod, once it has waited for long enough."""
    yard = ServingYard()
    attached = 'Multi-Attach error for volume "pvc-1": it is in use by pods on another node'
    yard.behaviours["a"] = Behaviour(not_created=attached)
    yard.publish("a")
    await yard.run(20)
    assert "Stalled" not in {c.type for c in yard.resource.status.conditions}
    await yard.run(150)
    (stalled,) = [c for c in yard.resource.status.conditions if c.type == "Stalled"]
    assert "StoreNotShareable" == stalled.reason
    assert "ReadWriteMany" in stalled.message
    assert yard.resource.status.why == stalled.message
    yard.behaviours["a"] = Behaviour()
    await yard.run(30)
    assert {"a": 100} == yard.weights


async def test_a_canary_whose_volumes_cannot_be_mounted_is_retried_and_not_quarantined() -> None:
    """It is not the version's fault."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.behaviours["b"] = Behaviour(not_created="configmap trusted not found")
    yard.publish("b")
    await yard.run(150)
    status = yard.resource.status
    assert ({"a": 100}, ()) == (yard.weights, status.quarantine)
    assert status.retry is not None
    assert "configmap trusted not found" in status.retry.message
