"""The children, as they are stored."""

from __future__ import annotations

from builders_serving import NAMESPACE, ROUTERS_ALWAYS
from serving_yard import ServingYard

from trainyard.model_deployments.owned_objects import owned_objects_of


async def test_only_what_we_own_is_seen() -> None:
    """Labels can be copied; the owner's uid cannot."""
    yard = ServingYard(spec=ROUTERS_ALWAYS)
    yard.publish("a")
    await yard.run(20)
    name = yard.name("a")
    owned = await owned_objects_of(yard.resource, yard)
    assert {name, "tumours-router"} == {d["metadata"]["name"] for d in owned.deployments}
    yard.objects["Deployment", name]["metadata"]["ownerReferences"][0]["uid"] = "another"
    owned = await owned_objects_of(yard.resource, yard)
    assert {"tumours-router"} == {d["metadata"]["name"] for d in owned.deployments}


async def test_pods_on_their_way_out_are_neither_routers_nor_servers() -> None:
    """They answer what they have, and nothing is expected of them."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    for (kind, _), raw in yard.objects.items():
        if kind == "Pod":
            raw["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    owned = await owned_objects_of(yard.resource, yard)
    assert ([], []) == (owned.pods_with_role("router"), owned.servers([yard.name("a")]))
    assert "10.88.0.9" == owned.addresses()[f"{yard.name('a')}-0"]
    assert NAMESPACE == owned.pods[0]["metadata"]["namespace"]
