"""Releases on the real node: real routers, real pods, a client that counts every answer."""

from __future__ import annotations

import asyncio

import pytest
from cluster.releases import BETTER, Node

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]


async def test_a_release_loses_no_request_even_with_the_operator_killed(node: Node) -> None:
    """5 %, 50 %, 100 %, the old pods removed; the operator is killed in the middle."""
    async with await node.serving("healthy", replicas=2) as load:
        node.publish("healthy", BETTER)
        await node.until("healthy", _0000001=95, _0000002=5)
        await node.kill()
        await asyncio.sleep(2)
        await node.start()
        await node.until("healthy", _0000001=50, _0000002=50)
        await node.until("healthy", _0000002=100)
        retired = ("get", "deploy", "-l", "trainyard.dev/role=retired", "-o", "name")
        await node.sees("healthy", lambda: not node.kubectl(*retired))
        await asyncio.sleep(12)  # the servers of the old version drain for 8 s
    assert {"200": load.sent} == dict(load.codes)
    assert "serves healthy-0000002" == node.status("healthy")["why"]
    node.kubectl("delete", "mdep", "healthy")


async def test_mode_replicas_releases_without_a_router(node: Node) -> None:
    """One Service over both versions' pods; nothing is lost."""
    spec = {
        "traffic": {"mode": "Replicas"},
        "rollout": {"steps": [{"weightPercent": 50, "minSeconds": 5}]},
    }
    async with await node.serving("plain", **spec) as load:
        node.publish("plain", BETTER)
        await node.until("plain", _0000001=50, _0000002=50)
        await node.until("plain", _0000002=100)
        await asyncio.sleep(25)
    assert {"200": load.sent} == dict(load.codes)
    assert node.kubectl("get", "deploy", "plain-router", "--ignore-not-found", "-o", "name") == ""
    node.kubectl("delete", "mdep", "plain")
