"""All requests at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from release_stories import serving
from standings import DOWN, READY, rollout, standing

from trainyard.model_deployments.rollout.strategies import next_move
from trainyard.model_deployments.rollout.strategy import Act, Standing

IMMEDIATE = {"strategy": "Immediate"}
STARTING = standing(rollout(0), **IMMEDIATE)


@pytest.mark.parametrize(
    ("at", "act"),
    [
        pytest.param(STARTING, Act.PROMOTE, id="all pods are ready"),
        pytest.param(replace(STARTING, canary=replace(READY, ready=1)), Act.STAY, id="one is not"),
        pytest.param(replace(STARTING, canary=DOWN), Act.STAY, id="none is"),
        pytest.param(replace(STARTING, routers_know=False), Act.STAY, id="routers are behind"),
        pytest.param(
            replace(STARTING, canary=replace(READY, ready=1), rollout=rollout(0, 3700)),
            Act.INCONCLUSIVE,
            id="it takes too long",
        ),
    ],
)
def test_the_next_move(at: Standing, act: Act) -> None:
    """It waits for pods and routers alone."""
    found = next_move(at)
    assert (act, True) == (found.act, bool(found.why))


async def test_a_new_version_has_all_requests_within_seconds() -> None:
    """Without a step; the old one stays warm."""
    yard = await serving("a", rollout=IMMEDIATE)
    yard.publish("b")
    await yard.until(15, b=100)
    assert "its pods are ready" in yard.resource.status.history[-1].message
