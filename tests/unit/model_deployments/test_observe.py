"""What is asked, and only when it is due."""

from __future__ import annotations

import pytest
from builders_serving import NOW
from serving_yard import ServingYard

from trainyard.clients.prometheus import Series
from trainyard.model_deployments.observe import observe_model_deployment, one_number


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


async def test_routers_are_asked_only_while_a_decision_is_not_in_force() -> None:
    """A stuck router is asked each second, and never again once it reported."""
    yard = ServingYard()
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


@pytest.mark.parametrize(
    ("series", "value", "why"),
    [
        pytest.param((Series({}, ((NOW, 0.5),)),), 0.5, "", id="one number"),
        pytest.param((), None, "nothing", id="an empty answer"),
        pytest.param((Series({}, ((NOW, 1.0),)),) * 2, None, "2 series", id="several series"),
        pytest.param((Series({}, ((NOW, 1.0),) * 3),), None, "1 series", id="a range"),
    ],
)
def test_only_one_number_is_an_answer(
    series: tuple[Series, ...], value: float | None, why: str
) -> None:
    """Of several series none is picked."""
    found = one_number(series)
    assert value == found.value
    assert why in found.why
