"""From objects of the API server to what decisions need."""

from __future__ import annotations

from typing import Any

from builders_serving import INSTALLATION, NAMESPACE
from serving_yard import ServingYard

from trainyard.model_deployments.seen import family_of, observed_from, process_identity
from trainyard.model_deployments.source import Wanted


async def test_only_what_we_own_is_seen() -> None:
    """Labels can be copied; the owner's uid cannot."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    name = yard.name("a")
    family = await family_of(yard.resource, yard)
    assert {name, "tumours-router"} == {d["metadata"]["name"] for d in family.deployments}
    yard.objects["Deployment", name]["metadata"]["ownerReferences"][0]["uid"] = "another"
    family = await family_of(yard.resource, yard)
    assert {"tumours-router"} == {d["metadata"]["name"] for d in family.deployments}


async def test_annotations_that_somebody_broke_are_no_information() -> None:
    """Never an exception that would stop everything."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    for key in (
        ("ConfigMap", "tumours-router"),
        ("Service", "tumours"),
        ("Deployment", yard.name("a")),
    ):
        annotations = yard.objects[key]["metadata"]["annotations"]
        yard.objects[key]["metadata"]["annotations"] = dict.fromkeys(annotations, "{broken")
    family = await family_of(yard.resource, yard)
    seen = observed_from(yard.resource, INSTALLATION, Wanted("", ""), family)
    assert (None, (), (), {}) == (
        seen.router.decision,
        seen.router.traffic,
        seen.quarantine,
        seen.records,
    )


async def test_pods_on_their_way_out_are_neither_routers_nor_servers() -> None:
    """They answer what they have, and nothing is expected of them."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    for (kind, _), raw in yard.objects.items():
        if kind == "Pod":
            raw["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    family = await family_of(yard.resource, yard)
    assert ([], []) == (family.routers(), family.servers([yard.name("a")]))
    assert "10.96.0.7" == family.service_address()
    assert NAMESPACE == family.pods[0]["metadata"]["namespace"]


def test_a_restarted_container_is_another_process() -> None:
    """Its counters begin at zero."""

    def pod(restarts: int) -> dict[str, Any]:
        statuses = [{"name": "server", "restartCount": restarts}]
        return {"metadata": {"name": "p"}, "status": {"containerStatuses": statuses}}

    assert process_identity(pod(0)) != process_identity(pod(1))
