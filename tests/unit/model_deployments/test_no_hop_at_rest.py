"""Stories of routers that come with a release and go with it; users are answered at every write."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import NAME
from serving_pods import Behaviour
from watched_users import ROUTERS, WatchedYard

QUICK: dict[str, Any] = {
    "replicas": 2,
    "rollout": {
        "steps": [{"weightPercent": 5, "minSeconds": 10}, {"weightPercent": 50, "minSeconds": 10}],
        "scaleDownDelaySeconds": 30,
    },
    "analysis": {"intervalSeconds": 5},
}
RELEASING = {"traffic": {"router": "Releasing"}}
WAYS = [
    pytest.param(False, id="undisturbed"),
    pytest.param(True, id="killed after every write"),
]


async def serving(*, dies: bool = False, **spec: Any) -> WatchedYard:
    """Return a yard in which version a serves."""
    yard = WatchedYard(spec=QUICK | RELEASING | spec, dies_after_each_write=dies)
    yard.publish("a")
    await yard.run(40)
    assert {"a": 100} == yard.weights
    yard.unanswered.clear()
    return yard


def routers(yard: WatchedYard) -> int | None:
    """Return how many routers there are to be; None: they have no Deployment."""
    found = yard.objects.get(("Deployment", f"{NAME}-router"))
    return None if found is None else found["spec"]["replicas"]


@pytest.mark.parametrize("dies", WAYS)
async def test_a_router_comes_with_a_release_and_goes_with_it(*, dies: bool) -> None:
    """At rest requests go to the pods, during the steps through routers, then to the new pods."""
    yard = await serving(dies=dies)
    assert (yard.name("a"), None) == (yard.leads_to, routers(yard))
    assert ("ConfigMap", f"{NAME}-router") not in yard.objects
    yard.publish("b")
    await yard.until(60, a=95, b=5)
    assert (ROUTERS, 2) == (yard.leads_to, routers(yard))
    await yard.until(90, b=100)
    await yard.run(20)
    assert yard.name("b") == yard.leads_to
    await yard.run(120)
    assert (None, None) == (routers(yard), yard.replicas("a"))
    assert ("ConfigMap", f"{NAME}-router") not in yard.objects
    assert [] == yard.unanswered


@pytest.mark.parametrize("dies", WAYS)
async def test_a_release_that_fails_leads_back_to_the_pods(*, dies: bool) -> None:
    """And no router stays."""
    yard = await serving(dies=dies)
    yard.behaviours["b"] = Behaviour(failing=0.5)
    yard.publish("b")
    await yard.until(60, a=95, b=5)
    await yard.until(60, a=100)
    await yard.run(120)
    assert (yard.name("a"), None) == (yard.leads_to, routers(yard))
    assert [] == yard.unanswered


async def test_routers_wait_until_nobody_is_connected() -> None:
    """However long that takes."""
    yard = await serving()
    yard.connected = 1
    yard.publish("b")
    await yard.until(150, b=100)
    await yard.run(200)
    assert (yard.name("b"), 2) == (yard.leads_to, routers(yard))
    yard.connected = 0
    await yard.run(10)
    assert routers(yard) is None
    assert [] == yard.unanswered


async def test_the_canary_gets_no_weight_before_requests_pass_the_routers() -> None:
    """Else it would get none of them, or all."""
    yard = await serving()
    yard.router_behaviour = Behaviour(ready=False)
    yard.publish("b")
    await yard.run(60)
    assert ({"a": 100, "b": 0}, yard.name("a")) == (yard.weights, yard.leads_to)
    assert "the routers do not reach it yet" in yard.resource.status.why
    yard.router_behaviour = Behaviour()
    await yard.until(10, a=95, b=5)
    assert yard.leads_to == ROUTERS
    assert [] == yard.unanswered


async def test_without_a_router_requests_go_to_the_stable_pods_until_there_is_one() -> None:
    """A step goes on afterwards where it was."""
    yard = await serving()
    yard.publish("b")
    await yard.until(60, a=95, b=5)
    yard.router_behaviour = Behaviour(ready=False)
    await yard.run(3)
    assert ({"a": 95, "b": 5}, yard.name("a")) == (yard.weights, yard.leads_to)
    assert yard.resource.status.routing_applied_at is None, "5 % of requests go nowhere else"
    yard.router_behaviour = Behaviour()
    await yard.run(4)
    assert ({"a": 95, "b": 5}, ROUTERS) == (yard.weights, yard.leads_to)
    await yard.until(120, b=100)


@pytest.mark.parametrize(
    "rollout",
    [
        pytest.param({"strategy": "BlueGreen", "steps": [{"minSeconds": 10}]}, id="BlueGreen"),
        pytest.param({"strategy": "Immediate"}, id="Immediate"),
    ],
)
@pytest.mark.parametrize("dies", WAYS)
async def test_what_divides_no_requests_needs_no_router(
    rollout: dict[str, Any], *, dies: bool
) -> None:
    """The Service leads from the old pods to the new ones, and back when somebody asks for it."""
    yard = await serving(dies=dies, rollout=rollout | {"scaleDownDelaySeconds": 300})
    yard.publish("b")
    await yard.until(60, b=100)
    await yard.run(20)
    yard.ask(f"undo@{yard.name('b')}")
    await yard.until(20, a=100)
    await yard.run(30)
    old, new = yard.name("a"), yard.name("b")
    assert [old, new, old] == [target for _, target in yard.led[-3:]]
    assert ROUTERS not in {target for _, target in yard.led}
    assert [] == yard.unanswered


async def test_undo_after_a_canary_needs_no_router() -> None:
    """The old pods are warm: one change of the Service leads to them."""
    yard = await serving(rollout=QUICK["rollout"] | {"scaleDownDelaySeconds": 300})
    yard.publish("b")
    await yard.until(150, b=100)
    await yard.run(30)
    assert routers(yard) is None
    yard.ask(f"undo@{yard.name('b')}")
    await yard.until(5, a=100)
    assert (yard.name("a"), None) == (yard.leads_to, routers(yard))
    assert [] == yard.unanswered


@pytest.mark.parametrize("step", [0, 50])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"router": "Always"}, {"router": "Releasing"}),
        ({"router": "Releasing"}, {"router": "Always"}),
        ({"router": "Releasing"}, {"mode": "Replicas"}),
        ({"mode": "Replicas"}, {"router": "Releasing"}),
    ],
)
async def test_a_change_of_mode_at_any_time_loses_no_request(
    before: dict[str, Any], after: dict[str, Any], step: int
) -> None:
    """At rest or in a step, with the operator killed after every write."""
    rollout = QUICK["rollout"] | {"steps": [{"weightPercent": 50, "minSeconds": 15}]}
    yard = await serving(dies=True, traffic=before, rollout=rollout)
    if step:
        yard.publish("b")
        await yard.until(90, a=100 - step, b=step)
    yard.raw["spec"]["traffic"] = after
    await yard.run(30)
    yard.publish("b")
    await yard.until(120, b=100)
    await yard.run(60)
    assert [] == yard.unanswered
    assert (2 if after == {"router": "Always"} else None) == routers(yard)


async def test_a_lost_status_is_read_again_from_whoever_carries_the_decision() -> None:
    """The Service at rest, the routers' ConfigMap in a step."""
    yard = await serving()
    for weights in ({"a": 100}, {"a": 95, "b": 5}):
        if len(weights) > 1:
            yard.publish("b")
            await yard.until(60, **weights)
        number = yard.resource.status.routing_generation
        yard.raw["status"] = {}
        await yard.run(3)
        status = yard.resource.status
        assert (weights, True) == (yard.weights, status.routing_generation >= number)
    assert [] == yard.unanswered


async def test_the_only_version_that_lives_gets_all_requests_without_a_router() -> None:
    """It need not wait for one."""
    yard = await serving()
    yard.router_behaviour = Behaviour(ready=False)
    yard.publish("b")
    await yard.run(20)
    yard.behaviours["a"] = Behaviour(ready=False)
    await yard.until(5, a=0, b=100)
    assert yard.name("b") == yard.leads_to
