"""What is done to the children, in which order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from builders_serving import NAME, ROUTERS_ALWAYS
from serving_pods import Behaviour
from watched_users import WatchedYard

from trainyard.model_deployments.actions import pods_wanted, wanted_actions
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.view import View
from trainyard.reconciling.plan import Apply, Create, Delete, Patch


async def stable(**spec: Any) -> WatchedYard:
    """Return a yard with version a serving."""
    yard = WatchedYard(spec=spec)
    yard.publish("a")
    await yard.run(20)
    return yard


async def test_pods_come_before_traffic_and_nudges_after_the_configuration() -> None:
    """A router is never told of what does not exist, nor nudged before there is news."""
    yard = await stable(**ROUTERS_ALWAYS)
    yard.publish("b")
    plan = await yard.once()
    kinds = [
        a.manifest["kind"] if isinstance(a, Apply | Create) else type(a).__name__
        for a in plan.actions
    ]
    assert [
        *("Service", "Service", "Deployment", "PodDisruptionBudget"),
        *("ConfigMap", "Deployment", "Service"),
        *("Patch", "Patch"),
    ] == kinds


async def test_a_deployment_is_made_once_and_then_only_its_size_and_role_change() -> None:
    """So that no upgrade of the operator restarts a model."""
    yard = await stable(**ROUTERS_ALWAYS)
    yard.raw["spec"]["replicas"] = 3
    plan = await yard.once()
    patches = [a for a in plan.actions if isinstance(a, Patch) and a.ref.kind == "Deployment"]
    assert [
        {"metadata": {"labels": {"trainyard.dev/role": "stable"}}, "spec": {"replicas": 3}}
    ] == [p.changes for p in patches]
    applied = [a.manifest for a in plan.actions if isinstance(a, Apply)]
    kept = [m["metadata"]["name"] for m in applied if m["kind"] == "Deployment"]
    assert [f"{NAME}-router"] == kept, "a router serves any version, so it is kept as declared"


async def test_deletes_name_the_very_object_that_was_seen() -> None:
    """By uid, so that another one under the same name is left alone."""
    yard = await stable(**ROUTERS_ALWAYS)
    yard.behaviours["b"] = Behaviour(crashes=True)
    yard.publish("b")
    deleted: list[Delete] = []
    for _ in range(30):
        await yard.run(1)
        assert yard.last_plan is not None
        deleted += [a for a in yard.last_plan.actions if isinstance(a, Delete)]
    name = yard.name("b")
    assert {("Deployment", name), ("Service", name)} == {(d.ref.kind, d.ref.name) for d in deleted}
    assert all(d.ref.uid == f"uid-of-{d.ref.kind}-{d.ref.name}" for d in deleted)


async def test_the_canary_has_all_pods_behind_a_router_and_a_share_without() -> None:
    """Behind a router it can take over at any moment."""
    for mode, pods in (("Router", 4), ("Replicas", 1)):
        steps = [{"weightPercent": 20, "minSeconds": 600}]
        yard = await stable(replicas=4, traffic={"mode": mode}, rollout={"steps": steps})
        yard.publish("b")
        await yard.until(20, a=80, b=20)
        status = yard.resource.status
        assert status.canary is not None
        assert status.stable is not None
        seen = Observed(yard._sources().installation, Wanted("", ""))
        view = View(yard.resource, seen, yard.now)
        assert pods == pods_wanted(view, status, status.canary)
        assert 4 == pods_wanted(view, status, status.stable)


def test_before_the_first_decision_there_are_no_children() -> None:
    """Nothing is made for a deployment without a version."""
    yard = WatchedYard()
    seen = Observed(yard._sources().installation, Wanted("", ""))
    assert () == wanted_actions(View(yard.resource, seen, yard.now), yard.resource.status)


async def test_the_service_leads_to_the_routers_only_once_they_are_ready() -> None:
    """A change from Replicas to Router goes over without a gap, and back without a trace."""
    steps = [{"weightPercent": 50}]
    yard = await stable(traffic={"mode": "Replicas"}, rollout={"steps": steps})
    assert yard.objects["Service", NAME]["spec"]["selector"].get("trainyard.dev/role") is None
    yard.raw["spec"]["traffic"] = {"mode": "Router", "router": "Always"}
    await yard.once()
    assert "router" != yard.objects["Service", NAME]["spec"]["selector"].get("trainyard.dev/role")
    await yard.run(3)
    assert "router" == yard.objects["Service", NAME]["spec"]["selector"]["trainyard.dev/role"]
    yard.raw["spec"]["traffic"] = {"mode": "Replicas"}
    await yard.run(5)
    assert ("Deployment", f"{NAME}-router") in yard.objects
    await yard.run(20)
    assert [] == [key for key in yard.objects if key[1].startswith(f"{NAME}-router")]


async def test_routers_scaled_to_nothing_by_hand_are_started_again() -> None:
    """More of them, or one, is the choice of whoever scales them."""
    yard = await stable(**ROUTERS_ALWAYS)
    key = ("Deployment", f"{NAME}-router")
    for by_hand, expected in ((0, 2), (1, 1), (5, 5)):
        yard.objects[key]["spec"]["replicas"] = by_hand
        await yard.run(2)
        assert expected == yard.objects[key]["spec"]["replicas"]


async def test_what_is_corrected_in_the_spec_reaches_the_routers() -> None:
    """Also what is taken out again, and the image of an operator that was upgraded."""
    yard = await stable(**ROUTERS_ALWAYS, pod={"priorityClassName": "nope"})

    def pod() -> dict[str, Any]:
        found: dict[str, Any] = yard.objects["Deployment", f"{NAME}-router"]["spec"]["template"]
        return found["spec"]  # type: ignore[no-any-return]

    assert "nope" == pod()["priorityClassName"]
    yard.raw["spec"]["pod"] = {}
    yard.installation = replace(yard.installation, router_image="envoy:2")
    await yard.run(2)
    assert "priorityClassName" not in pod()
    assert "envoy:2" == pod()["containers"][0]["image"]
