"""The next move of a rollout, as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from builders_serving import NOW, a_model_deployment

from trainyard.api.v1alpha1.model_deployment_status import RolloutStatus
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.health import Trouble, Workload
from trainyard.model_deployments.rollout import Act, Standing, elapsed, next_move

SPEC = a_model_deployment(
    replicas=2,
    rollout={"steps": [{"weightPercent": 10}, {"weightPercent": 50, "pause": "Manual"}]},
).spec
READY = Workload("s", exists=True, replicas=2, pods=2, ready=2)
DOWN = Workload("s", exists=True, replicas=2, pods=2, ready=0)
CRASHING = replace(DOWN, trouble=Trouble.CRASH, message="exit 1")
WITHOUT_IMAGE = replace(DOWN, trouble=Trouble.CLUSTER, message="ImagePullBackOff")
HUNG = replace(DOWN, unready_since=NOW - timedelta(minutes=4))


def rollout(step: int = 1, seconds: float = 90, **fields: Any) -> RolloutStatus:
    """Return a rollout that has been in the step for so long."""
    began = NOW - timedelta(seconds=seconds)
    return RolloutStatus(
        id="c.1",
        revision="c",
        phase=fields.pop("phase", "Progressing" if step else "Starting"),
        step=step,
        started_at=began,
        step_started_at=began,
        **fields,
    )


PASSING = Standing(
    spec=SPEC,
    rollout=rollout(),
    stable=READY,
    canary=READY,
    canary_weight=10,
    verdict=Answer.PASS,
    why="all checks pass",
    idle=False,
    routers_know=True,
    now=NOW,
)
STARTING = replace(PASSING, rollout=rollout(0), canary_weight=0, verdict=Answer.NO_EVIDENCE)
BLIND = replace(PASSING, verdict=Answer.NO_EVIDENCE, why="41 of 300 requests")
LATE = replace(BLIND, rollout=rollout(seconds=2000))


@pytest.mark.parametrize(
    ("at", "act", "step"),
    [
        pytest.param(replace(STARTING, stable=None), Act.PROMOTE, 0, id="a first version is ready"),
        pytest.param(
            replace(STARTING, stable=None, canary=CRASHING), Act.STAY, 0, id="a first one crashes"
        ),
        pytest.param(STARTING, Act.ENTER, 1, id="ready pods begin the first step"),
        pytest.param(
            replace(STARTING, routers_know=False), Act.STAY, 0, id="unless a router is behind"
        ),
        pytest.param(replace(STARTING, canary=DOWN), Act.STAY, 0, id="pods are still starting"),
        pytest.param(
            replace(STARTING, canary=WITHOUT_IMAGE), Act.STAY, 0, id="the image is missing, so far"
        ),
        pytest.param(
            replace(STARTING, canary=WITHOUT_IMAGE, rollout=rollout(0, 130)),
            Act.RETRY_LATER,
            0,
            id="the image is missing for minutes",
        ),
        pytest.param(
            replace(STARTING, canary=CRASHING), Act.ROLL_BACK, 0, id="a crash loop needs no metrics"
        ),
        pytest.param(
            replace(STARTING, canary=HUNG), Act.ROLL_BACK, 0, id="a server that never gets ready"
        ),
        pytest.param(PASSING, Act.ENTER, 2, id="evidence and time passed: the next step"),
        pytest.param(
            replace(PASSING, rollout=rollout(seconds=30)), Act.STAY, 0, id="minSeconds are not over"
        ),
        pytest.param(
            replace(PASSING, rollout=rollout(2)), Act.PAUSE, 0, id="a manual step waits for people"
        ),
        pytest.param(
            replace(PASSING, rollout=rollout(2, phase="Paused", why="waits")),
            Act.STAY,
            0,
            id="and goes on so",
        ),
        pytest.param(
            replace(PASSING, rollout=rollout(2, finishing=True)), Act.PROMOTE, 0, id="all passed"
        ),
        pytest.param(
            replace(PASSING, rollout=rollout(2, finishing=True), canary=replace(READY, ready=1)),
            Act.STAY,
            0,
            id="promotion waits for pods for all requests",
        ),
        pytest.param(
            replace(PASSING, verdict=Answer.FAIL), Act.ROLL_BACK, 0, id="a failed check rolls back"
        ),
        pytest.param(
            replace(PASSING, verdict=Answer.FAIL, rollout=rollout(2, phase="Paused")),
            Act.ROLL_BACK,
            0,
            id="also while it is paused",
        ),
        pytest.param(
            replace(PASSING, verdict=Answer.FAIL, rollout=rollout(on_hold=True)),
            Act.STAY,
            0,
            id="but not while a person holds the weights",
        ),
        pytest.param(BLIND, Act.STAY, 0, id="no evidence moves nothing"),
        pytest.param(LATE, Act.HOLD, 0, id="no evidence for too long is held"),
        pytest.param(
            replace(BLIND, rollout=rollout(seconds=3700)), Act.HOLD, 0, id="the deadline is over"
        ),
        pytest.param(
            replace(PASSING, canary=DOWN), Act.WITHDRAW, 0, id="no requests to pods that are down"
        ),
        pytest.param(
            replace(PASSING, stable=DOWN), Act.TAKE_OVER, 0, id="the stable version is down"
        ),
        pytest.param(
            replace(PASSING, stable=DOWN, canary_weight=100), Act.STAY, 0, id="and still down"
        ),
        pytest.param(replace(PASSING, canary_weight=100), Act.GIVE_BACK, 1, id="and well again"),
        pytest.param(
            replace(PASSING, canary_weight=100, routers_know=False),
            Act.STAY,
            0,
            id="well again, but unknown to a router",
        ),
        pytest.param(
            replace(PASSING, canary_weight=100, stable=replace(READY, ready=1)),
            Act.STAY,
            0,
            id="well again, but too few for its share",
        ),
        pytest.param(
            replace(PASSING, stable=DOWN, canary=CRASHING), Act.STAY, 0, id="both are down"
        ),
    ],
)
def test_the_next_move(at: Standing, act: Act, step: int) -> None:
    """Every situation has exactly one next move."""
    found = next_move(at)
    assert (act, step) == (found.act, found.step)
    assert found.why


def test_an_idle_service_goes_on_where_the_policy_says_promote() -> None:
    """The same wait that is otherwise held."""
    spec = a_model_deployment(
        replicas=2,
        rollout={"steps": [{"weightPercent": 10}, {"weightPercent": 50}]},
        analysis={"onNoEvidence": "Promote"},
    ).spec
    idle = replace(LATE, spec=spec, idle=True)
    assert (Act.ENTER, 2) == (next_move(idle).act, next_move(idle).step)
    assert Act.HOLD is next_move(replace(idle, idle=False)).act
    manual = replace(idle, spec=SPEC.model_copy(update={"analysis": spec.analysis}))
    assert Act.PAUSE is next_move(replace(manual, rollout=rollout(2, 2000))).act


def test_suspension_stops_everything() -> None:
    """Even a failing canary stays: nothing moves until somebody says so."""
    spec = SPEC.model_copy(update={"suspend": True})
    assert Act.STAY is next_move(replace(PASSING, spec=spec, verdict=Answer.FAIL)).act


def test_pauses_do_not_count_for_the_deadline() -> None:
    """Neither past ones nor the present one."""
    paused = rollout(1, 1000, paused_seconds=100, paused_at=NOW - timedelta(seconds=300))
    assert timedelta(seconds=600) == elapsed(paused, NOW)
