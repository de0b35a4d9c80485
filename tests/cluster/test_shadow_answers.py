"""A shadow is judged by what it answers to the requests of users, in real pods."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pytest
import pytest_asyncio
import serving_bundles as bundles
from cluster.grpc_stage import Stage, a_stage
from cluster.sightings import Status

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]
NAME = "shadowed"
ROWS = 50
"""Of each request; one of them is compared, chosen by the id of the request. Versions a and b agree
on 45 of them."""
SPEC = {
    "replicas": 2,
    "rollout": {
        "strategy": "Shadow",
        "steps": [{"mirrorPercent": 100, "minSeconds": 5}],
        "scaleDownDelaySeconds": 5,
    },
    "analysis": {
        "intervalSeconds": 5,
        "minRequests": 40,
        "checks": [
            {"name": "errors", "errors": {}},
            {"name": "answers", "agreement": {"minPercent": 75}},
        ],
    },
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The first version serves."""
    async with a_stage(tmp_path_factory.mktemp("stage")) as found:
        found.node.deploy(NAME, **SPEC)
        found.release(NAME, "a")
        await found.alone(NAME, "a")
        await found.node.ready(NAME)
        yield found


def _has_pairs(status: Status) -> bool:
    found = (status.get("rollout") or {}).get("pairs") or {}
    return found.get("agreed", 0) > 0 and "agreedPercent" in found


async def test_a_version_that_answers_alike_is_promoted_by_its_answers(stage: Stage) -> None:
    """Nobody says so; users meet its answers only then."""
    node = stage.node
    async with stage.load(NAME, ROWS) as load:
        stage.release(NAME, "b")
        await node.passes(NAME, _has_pairs)
        await stage.alone(NAME, "b")
    assert {"200": load.sent} == dict(load.codes)


async def test_a_version_that_answers_otherwise_is_met_by_nobody(stage: Stage) -> None:
    """It answers every request, and quickly."""
    data = bundles.tumours()
    contrary = np.where(data.target == "benign", "malignant", "benign")
    stage.models.make("d", bundles.linear(), replace(data, target=contrary))
    stable = stage.node.status(NAME)["stable"]["revision"]
    async with stage.load(NAME, ROWS) as load:
        stage.release(NAME, "d")
        await stage.node.sees(NAME, lambda: stage.node.status(NAME).get("quarantine"))
    (entry,) = stage.node.status(NAME)["quarantine"]
    assert stage.models.samples["d"].digest == entry["bundleDigest"]
    assert "live answers agree" in entry["message"], entry
    assert ({"200": load.sent}, {stable}) == (dict(load.codes), set(load.revisions))
    stage.node.kubectl("delete", "mdep", NAME)
