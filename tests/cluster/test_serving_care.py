"""What serves goes on serving, on the real node: dead pods, lost status, deleted children."""

from __future__ import annotations

import asyncio

import pytest
from cluster.releases import BETTER, HEALTHY, Node

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]


async def test_the_canary_takes_over_from_dead_pods_and_gives_back(node: Node) -> None:
    """Unpromoted; and no request is lost on the way back, also by a router that lags."""
    spec = {"rollout": {"steps": [{"weightPercent": 10, "minSeconds": 600}]}}
    async with await node.serving("twins", **spec) as load:
        node.publish("twins", BETTER)
        await node.until("twins", _0000001=90, _0000002=10)
        stable = node.status("twins")["stable"]
        node.fall_ill("twins", HEALTHY, "unready")
        await node.until("twins", _0000001=0, _0000002=100)
        node.fall_ill("twins", HEALTHY, "")
        before = load.lost
        await node.until("twins", _0000001=90, _0000002=10)
        await asyncio.sleep(3)
    assert before == load.lost, dict(load.codes)
    assert stable == node.status("twins")["stable"]
    node.kubectl("delete", "mdep", "twins")


async def test_a_lost_status_is_rebuilt_without_moving_traffic(node: Node) -> None:
    """The same revision serves on, from the same pods; then nothing is written any more."""
    async with await node.serving("wiped", traffic={"router": "Always"}) as load:
        await node.sees("wiped", lambda: node.status("wiped").get("routingAppliedAt"))
        pods = node.kubectl("get", "pods", "-l", "trainyard.dev/owner=wiped", "-o", "name")
        stable = node.status("wiped")["stable"]
        node.write_status("mdep", "wiped", dict.fromkeys(node.status("wiped")))
        await node.sees("wiped", lambda: node.status("wiped").get("stable"))
        await node.ready("wiped")
    assert stable == node.status("wiped")["stable"]
    assert pods == node.kubectl("get", "pods", "-l", "trainyard.dev/owner=wiped", "-o", "name")
    assert {"200": load.sent} == dict(load.codes)


async def test_children_that_somebody_deletes_are_made_again(node: Node) -> None:
    """The routers' configuration without a lost request; the user's Service has a new address."""
    async with node.load("wiped") as load:
        node.kubectl("delete", "configmap", "wiped-router")
        found = ("get", "configmap", "wiped-router", "--ignore-not-found", "-o", "name")
        await node.sees("wiped", lambda: node.kubectl(*found))
        router = node.kubectl("get", "pods", "-l", "trainyard.dev/role=router", "-o", "name")
        node.kubectl("delete", router.split()[0], "--wait=false")
        await asyncio.sleep(12)
    assert {"200": load.sent} == dict(load.codes)
    node.kubectl("delete", "service", "wiped")
    found = ("get", "service", "wiped", "--ignore-not-found", "-o", "name")
    await node.sees("wiped", lambda: node.kubectl(*found))
    await node.ready("wiped")


async def test_a_settled_deployment_is_left_alone(node: Node) -> None:
    """No object of it changes for a while."""
    await asyncio.sleep(15)
    listed = (
        "get",
        "mdep,deploy,svc,configmap",
        "-o",
        "jsonpath={.items[*].metadata.resourceVersion}",
    )
    before = node.kubectl(*listed)
    await asyncio.sleep(20)
    assert before == node.kubectl(*listed)


async def test_a_service_of_somebody_else_is_never_taken(node: Node) -> None:
    """A condition names it; once it is gone the deployment serves."""
    node.kubectl("create", "service", "clusterip", "taken", "--tcp=80:80")
    node.deploy("taken")
    node.publish("taken", HEALTHY)
    await node.sees("taken", lambda: node.reason("taken", "Stalled") == "ChildNotOwned")
    node.kubectl("delete", "service", "taken")
    await node.ready("taken")
