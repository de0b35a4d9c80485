"""Versions that are worse than the one that serves, on the real node."""

from __future__ import annotations

import asyncio

import pytest
from cluster.releases import CRASHING, FAILING, HEALTHY, REFUSED, SLOW, Node, digest

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]
BAD = {FAILING: "errors", SLOW: "latency", CRASHING: "crashed", REFUSED: "not match its digest"}
"""What the quarantine says of each."""


@pytest.mark.parametrize(
    "codes",
    [
        pytest.param((FAILING, SLOW), id="30 percent of the answers fail, or each takes 600 ms"),
        pytest.param((CRASHING, REFUSED), id="the server exits, or the bundle is not its own"),
    ],
)
async def test_bad_versions_are_rolled_back_with_their_numbers(
    node: Node, codes: tuple[str, ...]
) -> None:
    """All requests go back to the stable version and the bad one stays out; side by side."""
    await asyncio.gather(*(_rolled_back(node, code) for code in codes))


async def _rolled_back(node: Node, code: str) -> None:
    name = f"bad-{code}"
    async with await node.serving(name):
        node.publish(name, code)
        await node.sees(name, lambda: node.status(name).get("quarantine"))
    status = node.status(name)
    assert [digest(code)] == [entry["bundleDigest"] for entry in status["quarantine"]]
    assert BAD[code] in status["quarantine"][0]["message"]
    assert {HEALTHY: 100} == node.weights(name)
    assert "Quarantined" == node.reason(name, "RolledOut")
    node.kubectl("delete", "mdep", name)
