"""Mode Gateway through the real Envoy Gateway, on the real node, under a light constant load.

Started by `make gateway`. The tests are in the order of a life: the first one is of the time before
the Gateway API is installed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from cluster.releases import BETTER, FAILING, HEALTHY, Node, a_node, digest
from gateway.envoy_gateway import OF_NOBODY, Gateway, a_gateway, envoy_gateway, gateway_kinds

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1800),
]
COUNTED, EACH_SECOND = 10_000, 200
"""Requests by which shares are counted, and how fast they come."""
TOLERANCE = 2
"""Points: four times the deviation of chance where each version has half of them."""
STEPS = [{"weightPercent": w, "minSeconds": 5, "pause": "Manual"} for w in (10, 50)]
WAITS = {"steps": STEPS, "scaleDownDelaySeconds": 5}
EARLY = {"mode": "Gateway", "gateway": {"parentRefs": [{"name": "public"}]}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Node]:
    """Give a namespace with an operator of its own."""
    async with a_node(tmp_path_factory.mktemp("operator")) as found:
        yield found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Envoy Gateway is there."""
    with envoy_gateway(tmp_path_factory.mktemp("envoy-gateway")):
        yield


@pytest.fixture(scope="module")
def public(node: Node, installed: None) -> Iterator[Gateway]:
    """Give the Gateway that most tests ask through; its class goes when it is gone."""
    yield a_gateway(node.namespace, "public")
    node.kubectl("delete", "gateway", "public")


def condition(node: Node, name: str, kind: str) -> tuple[str, str, str]:
    """Return status, reason and message of the condition; empty while there is none."""
    found = (c for c in node.status(name).get("conditions", ()) if c["type"] == kind)
    return next(((c["status"], c["reason"], c["message"]) for c in found), ("", "", ""))


def route_answers(node: Node, name: str) -> set[str]:
    """Return every reason that RouteAccepted had so far, however short."""
    assert node.sightings is not None
    return {
        found["reason"]
        for status in node.sightings.seen[name]
        for found in status.get("conditions", ())
        if found["type"] == "RouteAccepted"
    }


def route(node: Node, name: str) -> dict[str, int]:
    """Return the weights of the stored route by Service; empty while there is none."""
    found = node.kubectl("get", "httproutes", "-o", "json")
    for item in json.loads(found)["items"]:
        if item["metadata"]["name"] == name:
            backends = item["spec"]["rules"][0]["backendRefs"]
            return {b["name"]: b["weight"] for b in backends}
    return {}


async def share(gateway: Gateway, name: str, revision: str, requests: int = COUNTED) -> float:
    """Return the percent of a client's requests that the revision answers; all are answered."""
    async with gateway.load(name, EACH_SECOND) as counting:
        await asyncio.sleep(requests / EACH_SECOND)
    assert {"200": counting.sent} == dict(counting.codes)
    return 100 * counting.revisions[revision] / counting.sent


async def begin(node: Node, gateway: Gateway, name: str, **spec: Any) -> None:
    """Bring a healthy first version up that is asked through the Gateway."""
    node.deploy(name, traffic=gateway.traffic, **spec)
    node.publish(name, HEALTHY)
    await node.sees(name, lambda: node.status(name).get("stable"))
    await node.ready(name)


async def test_without_the_gateway_api_the_condition_says_what_to_install(node: Node) -> None:
    """And the Service serves inside the cluster."""
    assert not [kind for kind in gateway_kinds() if ".gateway.networking.k8s.io" in kind]
    node.deploy("early", traffic=EARLY)
    node.publish("early", HEALTHY)
    await node.sees("early", lambda: condition(node, "early", "RouteAccepted")[0] == "False")
    _, reason, message = condition(node, "early", "RouteAccepted")
    assert ("TrafficUnsupported", True) == (reason, "install the Gateway API" in message)
    async with node.load("early", 2) as first:
        await node.sees("early", lambda: first.codes["200"])
    async with node.load("early") as inside:
        await asyncio.sleep(3)
    assert {"200": inside.sent} == dict(inside.codes)


async def test_with_it_the_route_is_made_and_requests_come_in(node: Node, public: Gateway) -> None:
    """An operator that starts anew looks for the kind at once, one that goes on in ten minutes."""
    await node.kill()
    await node.start()
    await node.sees("early", lambda: condition(node, "early", "RouteAccepted")[0] == "True")
    await node.ready("early")
    async with public.load("early") as load:
        await asyncio.sleep(5)
    assert {"200": load.sent} == dict(load.codes)
    node.kubectl("delete", "mdep", "early")


async def test_a_release_keeps_its_weights_and_loses_no_request(
    node: Node, public: Gateway
) -> None:
    """A client counts the shares of each step; who calls the Service meets the stable version."""
    await begin(node, public, "split", rollout=WAITS, replicas=2)
    old = node.status("split")["stable"]["revision"]
    async with public.load("split") as load, node.load("split", 5) as inside:
        node.publish("split", BETTER)
        for weight in (10, 50):
            await node.until("split", _0000001=100 - weight, _0000002=weight)
            new = node.status("split")["canary"]["revision"]
            await asyncio.sleep(2)
            assert abs(await share(public, "split", new) - weight) < TOLERANCE
            assert {old} == set(inside.revisions)
            await node.sees("split", lambda: node.reason("split", "Suspended") == "Paused")
            node.ask("split", f"resume@{new}#{weight}")
        await node.until("split", _0000002=100)
        await node.sees("split", lambda: set(route(node, "split")) == {f"{new}-backend"})
        await asyncio.sleep(5)
    assert {"200": load.sent} == dict(load.codes)
    assert {"200": inside.sent} == dict(inside.codes)
    assert {old, new} == set(load.revisions)
    assert {"RouteAccepted"} <= route_answers(node, "split") <= {"RoutePending", "RouteAccepted"}
    node.kubectl("delete", "mdep", "split")


async def test_a_bad_version_is_taken_back(node: Node, public: Gateway) -> None:
    """By what the servers count; nothing is lost but what it answered itself."""
    steps = [{"weightPercent": 20, "minSeconds": 60}]
    await begin(node, public, "bad", rollout={"steps": steps})
    old = node.status("bad")["stable"]["revision"]
    async with public.load("bad") as load:
        node.publish("bad", FAILING)
        await node.sees("bad", lambda: node.status("bad").get("quarantine"))
        await node.sees("bad", lambda: set(route(node, "bad")) == {f"{old}-backend"})
    (entry,) = node.status("bad")["quarantine"]
    assert (digest(FAILING), True) == (entry["bundleDigest"], "errors" in entry["message"])
    assert load.lost <= load.sent - load.revisions[old]
    assert {"200"} < set(load.codes) <= {"200", "500"}
    await asyncio.sleep(2)
    assert 100 == await share(public, "bad", old, requests=1000)
    node.kubectl("delete", "mdep", "bad")


async def test_a_route_that_a_stranger_edits_or_deletes_is_put_back(
    node: Node, public: Gateway
) -> None:
    """Also when it was changed in the middle of nothing."""
    await begin(node, public, "kept")
    declared = route(node, "kept")
    patch = [{"op": "replace", "path": "/spec/rules/0/backendRefs/0/weight", "value": 7}]
    node.kubectl("patch", "httproute", "kept", "--type=json", "-p", json.dumps(patch))
    await node.sees("kept", lambda: route(node, "kept") == declared)
    node.kubectl("delete", "httproute", "kept")
    await node.sees("kept", lambda: route(node, "kept") == declared)
    await node.sees("kept", lambda: condition(node, "kept", "RouteAccepted")[0] == "True")
    await asyncio.sleep(2)
    async with public.load("kept") as load:
        await asyncio.sleep(3)
    assert {"200": load.sent} == dict(load.codes)
    node.kubectl("delete", "mdep", "kept")


async def test_a_gateway_that_takes_no_routes_is_quoted(node: Node, public: Gateway) -> None:
    """A newer version waits, the one that serves goes on, and it comes once the route is taken."""
    await begin(node, public, "shut", rollout={"steps": [{"weightPercent": 50, "minSeconds": 5}]})
    a_gateway(node.namespace, "public", OF_NOBODY)
    await node.sees("shut", lambda: condition(node, "shut", "RouteAccepted")[0] == "False")
    _, reason, message = condition(node, "shut", "RouteAccepted")
    assert ("TrafficUnsupported", True) == (reason, "Gateway public does not take" in message)
    node.publish("shut", BETTER)
    await node.sees("shut", lambda: node.reason("shut", "RolledOut") == "TrafficUnsupported")
    assert "True" == condition(node, "shut", "Ready")[0]
    assert {HEALTHY: 100} == node.weights("shut")
    a_gateway(node.namespace, "public")
    async with public.load("shut"):
        await node.until("shut", _0000002=100)
    node.kubectl("delete", "mdep", "shut")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({"rollout": {"steps": [{"mirrorPercent": 10}]}}, "mirrorPercent", id="copies"),
        pytest.param(
            {"rollout": {"matches": [{"headers": [{"name": "x-a", "value": "b"}]}]}},
            "matches",
            id="matches",
        ),
    ],
)
async def test_what_a_route_cannot_do_is_refused(
    node: Node, public: Gateway, changed: dict[str, Any], words: str
) -> None:
    """With the mode that can; no version is tried without it."""
    name = f"cannot-{words.lower()}"
    await begin(node, public, name, **changed)
    node.publish(name, BETTER)
    await node.sees(name, lambda: node.reason(name, "RolledOut") == "TrafficUnsupported")
    message = condition(node, name, "RolledOut")[2]
    assert words in message
    assert "traffic.mode Router" in message
    node.kubectl("delete", "mdep", name)
