"""Strategies on the real node: one switch, copies alone, all at once; a client counts answers."""

from __future__ import annotations

import asyncio
import urllib.request

import pytest
from cluster.releases import BETTER, FAILING, Node, digest

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]


def answered_by(node: Node, service: str, model: str) -> str:
    """Return the revision that answers behind the Service."""
    address = node.kubectl("get", "svc", service, "-o", "jsonpath={.spec.clusterIP}")
    url = f"http://{address}/v2/models/{model}/infer"
    with urllib.request.urlopen(url, data=b'{"inputs": []}', timeout=20) as answer:
        return str(answer.headers["trainyard-revision"])


async def test_blue_green_switches_there_and_back_without_a_lost_request(node: Node) -> None:
    """The preview leads to the new version before, and the old pods wait for the way back."""
    steps = [{"minSeconds": 10, "pause": "Manual"}]
    rollout = {"strategy": "BlueGreen", "steps": steps, "scaleDownDelaySeconds": 120}
    async with await node.serving("swap", replicas=2, rollout=rollout) as load:
        old = node.status("swap")["stable"]["revision"]
        node.publish("swap", BETTER)
        await node.sees("swap", lambda: node.reason("swap", "Suspended") == "Paused")
        new = node.status("swap")["canary"]["revision"]
        assert {new: old} == {
            await asyncio.to_thread(
                answered_by, node, "swap-preview", "swap"
            ): await asyncio.to_thread(answered_by, node, "swap", "swap")
        }
        assert {old} == set(load.revisions)
        node.ask("swap", f"resume@{new}")
        await node.until("swap", _0000002=100)
        await asyncio.sleep(5)
        node.ask("swap", f"undo@{new}")
        await node.until("swap", _0000001=100)
        await asyncio.sleep(5)
    assert {"200": load.sent} == dict(load.codes)
    assert {old, new} == set(load.revisions)
    node.kubectl("delete", "mdep", "swap")


async def test_a_shadow_that_fails_is_met_by_nobody(node: Node) -> None:
    """Its copies are counted, and send it into quarantine."""
    rollout = {"strategy": "Shadow", "steps": [{"mirrorPercent": 100, "minSeconds": 5}]}
    async with await node.serving("shade", rollout=rollout) as load:
        old = node.status("shade")["stable"]["revision"]
        node.publish("shade", FAILING)
        await node.sees("shade", lambda: node.status("shade").get("quarantine"))
    (entry,) = node.status("shade")["quarantine"]
    assert (digest(FAILING), True) == (entry["bundleDigest"], "errors" in entry["message"])
    assert ({"200": load.sent}, {old}) == (dict(load.codes), set(load.revisions))
    node.kubectl("delete", "mdep", "shade")


async def test_all_at_once_loses_no_request(node: Node) -> None:
    """And needs no evidence."""
    rollout = {"strategy": "Immediate", "scaleDownDelaySeconds": 30}
    async with await node.serving("leap", rollout=rollout) as load:
        node.publish("leap", BETTER)
        await node.until("leap", _0000002=100)
        await asyncio.sleep(5)
    assert {"200": load.sent} == dict(load.codes)
    node.kubectl("delete", "mdep", "leap")
