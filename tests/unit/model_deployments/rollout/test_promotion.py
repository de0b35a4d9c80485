"""What a promotion waits for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from standings import READY, rollout, standing

from trainyard.model_deployments.rollout.promotion import promotion
from trainyard.model_deployments.rollout.strategy import Act, Standing

PASSED = standing(rollout(2), 50)
FEW = replace(READY, ready=1)


@pytest.mark.parametrize(
    ("at", "act", "why"),
    [
        pytest.param(PASSED, Act.PROMOTE, "all steps passed: all checks pass", id="nothing"),
        pytest.param(replace(PASSED, routers_know=False), Act.STAY, "reach", id="routers"),
        pytest.param(replace(PASSED, canary=FEW), Act.FINISH, "1 of 2 pods", id="pods"),
        pytest.param(
            replace(PASSED, canary_weight=0), Act.FINISH, "2 of 2 pods", id="whom nobody asked yet"
        ),
        pytest.param(
            replace(PASSED, canary_weight=0, rollout=rollout(1, finishing=True)),
            Act.PROMOTE,
            "all steps passed",
            id="who was looked for again",
        ),
        pytest.param(
            replace(PASSED, canary=FEW, rollout=rollout(2, finishing=True)),
            Act.STAY,
            "1 of 2 pods",
            id="and waits on",
        ),
        pytest.param(
            replace(PASSED, rollout=rollout(0, readiness_only=True)),
            Act.PROMOTE,
            "as asked",
            id="the way back",
        ),
    ],
)
def test_what_is_awaited(at: Standing, act: Act, why: str) -> None:
    """Pods for all requests, and routers that reach them."""
    found = promotion(at)
    assert act is found.act
    assert why in found.why
