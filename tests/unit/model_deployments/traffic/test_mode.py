"""What all ways of splitting traffic share."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders_serving import a_model_deployment, digest
from serving_yard import ServingYard

from trainyard.model_deployments.traffic.mode import QUARANTINE, routing_of, user_service


async def test_a_routing_names_every_revision_that_has_pods() -> None:
    """Also those that get no requests any more: their last ones are still under way."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    status = yard.resource.status
    leaving = status.model_copy(update={"leaving": ("tumours-old",)})
    routing = routing_of(yard.resource, leaving)
    assert tuple(sorted((yard.name("a"), yard.name("b"), "tumours-old"))) == routing.revisions
    assert status.traffic == routing.traffic


def test_the_service_users_call_remembers_the_quarantine() -> None:
    """With messages cut, because annotations have a limit."""
    entry = {
        "bundleDigest": digest("b"),
        "revision": "c",
        "since": "2026-01-01T00:00:00Z",
        "reason": "Crashed",
        "message": "x" * 400,
    }
    resource = a_model_deployment(status={"quarantine": [entry]})
    service = user_service(routing_of(resource, resource.status), {"a": "b"}, 8080)
    kept = json.loads(service["metadata"]["annotations"][QUARANTINE])
    assert [("c", 200)] == [(e["revision"], len(e["message"])) for e in kept]
    assert [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}] == service["spec"][
        "ports"
    ]


def speaking(stable: bool | None, canary: bool | None, previous: bool | None) -> dict[str, Any]:
    """Return a status at 90/10 whose revisions speak gRPC, do not, or are not there (None)."""
    found: dict[str, Any] = {"routingGeneration": 3, "leaving": ["gone"], "traffic": []}
    for role, grpc, weight in (("stable", stable, 90), ("canary", canary, 10)):
        if grpc is not None:
            found[role] = {"revision": role, "bundleDigest": digest("a"), "grpc": grpc}
            share = {"role": role, "revision": role, "weightPercent": weight}
            found["traffic"].append(share)
    if previous is not None:
        found["previous"] = {"revision": "old", "bundleDigest": digest("a"), "grpc": previous}
    return found


@pytest.mark.parametrize(
    ("roles", "open_", "shares", "clusters"),
    [
        pytest.param((False, None, None), False, {}, set(), id="nobody speaks gRPC"),
        pytest.param((True, None, None), True, {"stable": 90}, {"stable", "gone"}, id="all speak"),
        pytest.param(
            (True, True, None),
            True,
            {"stable": 90, "canary": 10},
            {"stable", "canary", "gone"},
            id="a release like any other: the same weights",
        ),
        pytest.param(
            (False, True, None), False, {}, {"canary"}, id="being switched on: not before it is won"
        ),
        pytest.param(
            (True, False, None),
            True,
            {"stable": 90},
            {"stable", "gone"},
            id="being switched off: the stable one alone",
        ),
        pytest.param(
            (False, None, True), False, {}, {"gone"}, id="switched off: what is under way ends"
        ),
        pytest.param((None, True, None), False, {}, {"canary"}, id="the first version starts"),
    ],
)
def test_grpc_goes_to_those_who_speak_it_once_the_stable_one_does(
    roles: tuple[bool | None, bool | None, bool | None],
    open_: bool,
    shares: dict[str, int],
    clusters: set[str],
) -> None:
    """By the weights of HTTP; and no version gets all calls before it was judged."""
    resource = a_model_deployment(status=speaking(*roles))
    routing = routing_of(resource, resource.status)
    assert open_ is routing.grpc_is_open
    assert shares == {s.revision: s.weight_percent for s in routing.grpc_traffic()}
    assert clusters == routing.grpc


@pytest.mark.parametrize("target", [8080, "grpc"])
def test_the_service_has_a_port_for_grpc_while_it_is_open(target: int | str) -> None:
    """HTTP/2 without TLS, said as meshes and gateways read it."""
    resource = a_model_deployment(status=speaking(stable=True, canary=None, previous=None))
    service = user_service(routing_of(resource, resource.status), {}, target)
    assert {
        "name": "grpc",
        "port": 9000,
        "targetPort": target,
        "protocol": "TCP",
        "appProtocol": "kubernetes.io/h2c",
    } == service["spec"]["ports"][1]
    resource = a_model_deployment(status=speaking(stable=False, canary=True, previous=None))
    service = user_service(routing_of(resource, resource.status), {}, target)
    assert ["http"] == [port["name"] for port in service["spec"]["ports"]]
