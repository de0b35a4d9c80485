"""Releases through Gateways: who gets what, what is refused, what is left behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from builders_serving import NAME, NOW, a_model_deployment
from gateway_answers import GATEWAY, answer
from gateway_yard import GatewayYard
from routings import NEW, OLD, routing
from serving_pods import Behaviour

from trainyard.api.v1alpha1.traffic import GatewaySpec
from trainyard.model_deployments.owned_objects import OwnedObjects
from trainyard.model_deployments.traffic.decision import split
from trainyard.model_deployments.traffic.gateway import GatewayMode
from trainyard.model_deployments.traffic.http_route import backend, http_route
from trainyard.ownership import REVISION

TRAFFIC = {"mode": "Gateway", "gateway": GATEWAY}
STEPS = [{"weightPercent": 10, "minSeconds": 30}, {"weightPercent": 60, "minSeconds": 30}]


async def serving(**changes: Any) -> GatewayYard:
    """Return a world whose first version is asked through a Gateway."""
    spec = {"traffic": TRAFFIC, "rollout": {"steps": STEPS, "scaleDownDelaySeconds": 1}} | changes
    yard = GatewayYard(spec=spec)
    yard.publish("a")
    await yard.run(60)
    assert {"a": 100} == yard.weights
    return yard


def weights(yard: GatewayYard) -> dict[str, int]:
    """Return the weights by backend, as the stored route has them."""
    (rule,) = yard.objects["HTTPRoute", NAME]["spec"]["rules"]
    return {found["name"]: found["weight"] for found in rule["backendRefs"]}


def inside(yard: GatewayYard) -> str:
    """Return to which revision the Service inside the cluster leads."""
    return str(yard.objects["Service", NAME]["spec"]["selector"][REVISION])


def condition(yard: GatewayYard, kind: str) -> tuple[str, str, str] | None:
    """Return status, reason and message of the condition."""
    found = (c for c in yard.resource.status.conditions if c.type == kind)
    return next(((c.status, c.reason, c.message) for c in found), None)


async def test_the_route_follows_the_steps_and_the_service_the_stable_version() -> None:
    """More than half of the Gateways' requests move nobody who calls the Service."""
    yard = await serving()
    old, new = yard.name("a"), yard.name("b")
    assert ({f"{old}-backend": 100}, old) == (weights(yard), inside(yard))
    yard.publish("b")
    for share in (10, 60):
        await yard.until(900, a=100 - share, b=share)
        assert {f"{old}-backend": 100 - share, f"{new}-backend": share} == weights(yard)
        await yard.run(5)
        assert old == inside(yard)
        assert "True" == (condition(yard, "Ready") or ("",))[0]
    await yard.until(900, b=100)
    await yard.run(120)
    assert ({f"{new}-backend": 100}, new) == (weights(yard), inside(yard))
    assert ("Service", f"{old}-backend") not in yard.objects
    assert not [key for key in yard.objects if "router" in key[1]]


async def test_a_bad_version_is_taken_back() -> None:
    """By what the servers count themselves."""
    yard = await serving()
    yard.behaviours["b"] = Behaviour(failing=0.5)
    yard.publish("b")
    await yard.run(900)
    assert {"a": 100} == yard.weights
    assert {f"{yard.name('a')}-backend": 100} == weights(yard)
    assert "RolledBack" in [reason for reason, _ in yard.events]


async def test_a_gateway_that_refuses_keeps_newer_versions_out() -> None:
    """And says so; the version that serves goes on, and when it takes the route they come."""
    yard = await serving()
    yard.gateways_refuse = "NotAllowedByListeners"
    yard.publish("b")
    await yard.run(300)
    refused = condition(yard, "RolledOut")
    assert refused is not None
    assert ("False", "TrafficUnsupported") == refused[:2]
    assert "Gateway public does not take the HTTPRoute (NotAllowedByListeners" in refused[2]
    assert refused[1:] == (condition(yard, "RouteAccepted") or ())[1:]
    assert "True" == (condition(yard, "Ready") or ("",))[0]
    yard.gateways_refuse = ""
    await yard.until(900, a=90, b=10)


async def test_a_gateway_that_has_not_seen_a_new_backend_yet_is_waited_for() -> None:
    """Its controller learns of routes and of Services on two ways; that is no refusal."""
    yard = await serving()
    yard.gateways_behind = timedelta(seconds=25)
    yard.publish("b")
    await yard.run(20)
    pending = condition(yard, "RouteAccepted")
    assert pending is not None
    assert ("Unknown", "RoutePending") == pending[:2]
    assert "Gateway public does not take the HTTPRoute (BackendNotFound: so it is)" in pending[2]
    assert "TrafficUnsupported" != (condition(yard, "RolledOut") or ("", ""))[1]
    await yard.until(900, a=90, b=10)


async def test_a_backend_that_a_gateway_never_sees_is_a_refusal() -> None:
    """Without an event that would wake anybody: its Service was deleted, and is made anew."""
    yard = await serving()
    yard.gateways_behind = timedelta(days=1)
    del yard.objects["Service", f"{yard.name('a')}-backend"]
    await yard.run(20)
    assert ("Unknown", "RoutePending") == (condition(yard, "RouteAccepted") or ())[:2]
    await yard.run(20)
    assert ("False", "TrafficUnsupported") == (condition(yard, "RouteAccepted") or ())[:2]


JUST, LONG = NOW - timedelta(seconds=29), NOW - timedelta(seconds=30)


@pytest.mark.parametrize(
    ("made", "said", "refuses"),
    [
        pytest.param((LONG, JUST), "", False, id="one backend is new"),
        pytest.param((LONG, LONG), "", True, id="all backends are known for long"),
        pytest.param((JUST,), "", True, id="a backend is not there"),
        pytest.param((), "", True, id="no backend is there"),
        pytest.param(
            (JUST, JUST), "NotAllowedByListeners", True, id="it says no to the route, too"
        ),
    ],
)
def test_only_a_backend_that_is_new_makes_an_answer_doubtful(
    made: tuple[datetime, ...], said: str, *, refuses: bool
) -> None:
    """Of two backends that the route leads to."""
    decision = routing(stable=90, canary=10)
    route = http_route(decision, GatewaySpec.model_validate(GATEWAY))
    route["metadata"] |= {"uid": "u", "generation": 1}
    answer(route, said, resolved=False)
    services = [backend(decision.owner, name) for name in (OLD, NEW)]
    for service, moment in zip(services, made, strict=False):
        service["metadata"] |= {"uid": "u", "creationTimestamp": moment.isoformat()}
    resource = a_model_deployment(status={"leaving": [OLD, NEW]}, traffic=TRAFFIC)
    owned = OwnedObjects(services=services[: len(made)], routes=[route])
    carrier = GatewayMode().read(resource, owned)
    assert refuses == bool(carrier.refusal(NOW))
    assert carrier.refused


async def test_a_gateway_that_is_silent_gets_no_higher_weight() -> None:
    """Nobody knows then whether the weight before is in force."""
    yard = await serving()
    yard.gateways_silent = True
    yard.publish("b")
    await yard.run(900)
    assert {"a": 100, "b": 0} == yard.weights
    assert ("Unknown", "RoutePending") == (condition(yard, "RouteAccepted") or ())[:2]


async def test_a_first_version_that_no_gateway_answers_for_says_what_to_look_at() -> None:
    """It serves inside the cluster, but is not Ready: nobody comes in as was asked for."""
    yard = GatewayYard(spec={"traffic": TRAFFIC}, gateways_silent=True)
    yard.publish("a")
    await yard.run(120)
    found = condition(yard, "Ready")
    assert found is not None
    assert ("False", "PredictionPending") == found[:2]
    for words in ("(public)", f"HTTPRoute {NAME}", "kubectl get gateways", "mode Router"):
        assert words in found[2]
    assert found[2] == yard.resource.status.why
    yard.gateways_silent = False
    await yard.run(60)
    assert "True" == (condition(yard, "Ready") or ("",))[0]


async def test_a_cluster_without_the_gateway_api_serves_inside_and_says_what_is_missing() -> None:
    """No HTTPRoute is tried; with the API there it is made."""
    yard = GatewayYard(spec={"traffic": TRAFFIC})
    yard.absent.add("HTTPRoute")
    yard.publish("a")
    await yard.run(60)
    assert yard.name("a") == inside(yard)
    found = condition(yard, "RouteAccepted")
    assert found is not None
    assert ("False", "TrafficUnsupported") == found[:2]
    assert "install the Gateway API" in found[2]
    assert ("HTTPRoute", NAME) not in yard.objects
    for type_, status in (("Ready", "False"), ("Stalled", "True")):
        said = condition(yard, type_)
        assert said is not None
        assert status == said[0]
        assert "install the Gateway API" in said[2]
    yard.absent.clear()
    await yard.run(120)
    assert "True" == (condition(yard, "RouteAccepted") or ("",))[0]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        pytest.param({"rollout": {"steps": [{"mirrorPercent": 10}]}}, "mirrorPercent", id="copies"),
        pytest.param(
            {"rollout": {"matches": [{"headers": [{"name": "x-a", "value": "b"}]}]}},
            "matches",
            id="matches",
        ),
        pytest.param({"traffic": TRAFFIC | {"sticky": {}}}, "spec.traffic.sticky", id="sticky"),
    ],
)
async def test_what_a_route_cannot_do_is_refused(spec: dict[str, Any], words: str) -> None:
    """With the mode that can."""
    yard = await serving(**spec)
    yard.publish("b")
    await yard.run(60)
    found = condition(yard, "RolledOut")
    assert found is not None
    assert ("False", "TrafficUnsupported") == found[:2]
    assert words in found[2]
    assert "traffic.mode Router" in found[2]


@pytest.mark.parametrize("weight", [1, 33, 99])
def test_any_whole_percent_is_possible(weight: int) -> None:
    """However few pods there are, and each version has all of its own."""
    mode = GatewayMode()
    assert mode.unsupported(split("s", "c", weight), 1) is None
    assert 4 == mode.canary_pods(4, weight)
    assert mode.keeps_warm


async def test_settled_it_is_silent() -> None:
    """Nothing is asked, written or waited for."""
    yard = await serving()
    await yard.run(120)
    asked, writes = yard.asked, yard.writes
    plan = await yard.once()
    assert (asked, writes, None) == (yard.asked, yard.writes, plan.again_after)


async def test_a_lost_status_is_read_from_the_route() -> None:
    """In the middle of a step."""
    yard = await serving()
    yard.publish("b")
    await yard.until(900, a=90, b=10)
    yard.raw["status"] = {}
    await yard.once()
    assert {"a": 90, "b": 10} == yard.weights


async def test_another_mode_takes_the_route_and_its_backends_away() -> None:
    """Once its own way is in force; and the other way round no router stays."""
    yard = await serving()
    yard.raw["spec"]["traffic"] = {"mode": "Router", "router": "Always"}
    yard.raw["metadata"]["generation"] += 1
    await yard.run(120)
    kinds = {
        (kind, name) for kind, name in yard.objects if "backend" in name or kind == "HTTPRoute"
    }
    assert set() == kinds
    assert ("Deployment", f"{NAME}-router") in yard.objects
    yard.raw["spec"]["traffic"] = TRAFFIC
    yard.raw["metadata"]["generation"] += 1
    await yard.run(120)
    assert ("HTTPRoute", NAME) in yard.objects
    assert ("Deployment", f"{NAME}-router") not in yard.objects
