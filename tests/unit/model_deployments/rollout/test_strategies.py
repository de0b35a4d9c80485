"""The next move of a rollout, as tables.

Proves: operator/trainyard/model_deployments/rollout/canary.py
Proves: operator/trainyard/model_deployments/rollout/emergencies.py
Proves: operator/trainyard/model_deployments/rollout/deadlines.py
Proves: operator/trainyard/model_deployments/rollout/stepping.py
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from builders_serving import NOW, a_model_deployment
from standings import DOWN, READY, rollout, standing

from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.revision.workload import Trouble
from trainyard.model_deployments.rollout.deadlines import elapsed
from trainyard.model_deployments.rollout.strategies import next_move
from trainyard.model_deployments.rollout.strategy import Act, Standing

SPEC = a_model_deployment(
    replicas=2,
    rollout={"steps": [{"weightPercent": 10}, {"weightPercent": 50, "pause": "Manual"}]},
).spec
LONG_STEPS = a_model_deployment(
    replicas=2, rollout={"steps": [{"weightPercent": 10, "minSeconds": 86400}]}
).spec
CRASHING = replace(DOWN, trouble=Trouble.CRASH, message="exit 1")
WITHOUT_IMAGE = replace(DOWN, trouble=Trouble.CLUSTER, message="ImagePullBackOff")
HUNG = replace(DOWN, unready_since=NOW - timedelta(minutes=4))


PASSING = replace(standing(rollout(), 10), spec=SPEC)
TAKEN_OVER = replace(PASSING, rollout=rollout(taken_over=True), canary_weight=100)
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
            replace(PASSING, verdict=Answer.FAIL, rollout=rollout(pause_requested=True)),
            Act.STAY,
            0,
            id="but not while a person holds the weights",
        ),
        pytest.param(BLIND, Act.STAY, 0, id="no evidence moves nothing"),
        pytest.param(
            replace(PASSING, rollout=rollout(3)), Act.STAY, 0, id="a step that is not there"
        ),
        pytest.param(LATE, Act.INCONCLUSIVE, 0, id="no evidence for too long is inconclusive"),
        pytest.param(
            replace(PASSING, rollout=rollout(seconds=9000, phase="Inconclusive")),
            Act.ENTER,
            2,
            id="evidence that comes later moves it on",
        ),
        pytest.param(
            replace(PASSING, rollout=rollout(2, seconds=9000, phase="Inconclusive")),
            Act.PAUSE,
            0,
            id="or lets a manual step wait for people",
        ),
        pytest.param(
            replace(STARTING, rollout=rollout(0, 9000, phase="Inconclusive")),
            Act.ENTER,
            1,
            id="as do pods that are ready later",
        ),
        pytest.param(
            replace(BLIND, rollout=rollout(seconds=9000, phase="Inconclusive")),
            Act.INCONCLUSIVE,
            0,
            id="else it stays so",
        ),
        pytest.param(
            replace(BLIND, rollout=rollout(seconds=2000, paused_seconds=1000)),
            Act.STAY,
            0,
            id="pauses are no wait for evidence",
        ),
        pytest.param(
            replace(STARTING, canary=DOWN, rollout=rollout(0, seconds=3700)),
            Act.INCONCLUSIVE,
            0,
            id="the deadline is over",
        ),
        pytest.param(
            replace(PASSING, spec=LONG_STEPS, rollout=rollout(seconds=4000)),
            Act.STAY,
            0,
            id="a step that lasts a day has its day",
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
        pytest.param(TAKEN_OVER, Act.GIVE_BACK, 0, id="and well again"),
        pytest.param(
            replace(TAKEN_OVER, routers_know=False),
            Act.STAY,
            0,
            id="well again, but unknown to a router",
        ),
        pytest.param(
            replace(TAKEN_OVER, stable=replace(READY, ready=1)),
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


@pytest.mark.parametrize(
    ("at", "canary"),
    [
        pytest.param(STARTING, 10, id="the first step"),
        pytest.param(PASSING, 50, id="the next step"),
        pytest.param(replace(PASSING, stable=DOWN), 100, id="taking over"),
        pytest.param(
            replace(TAKEN_OVER, rollout=rollout(taken_over=True, weight_percent=30)),
            30,
            id="giving back what the step had, whatever the spec says now",
        ),
        pytest.param(replace(PASSING, canary=DOWN), 0, id="withdrawing"),
        pytest.param(replace(PASSING, verdict=Answer.FAIL), 0, id="rolling back"),
        pytest.param(replace(PASSING, rollout=rollout(2, finishing=True)), 100, id="promoting"),
        pytest.param(BLIND, None, id="staying"),
        pytest.param(LATE, None, id="waiting for a person"),
    ],
)
def test_a_move_says_how_requests_are_split_from_now_on(at: Standing, canary: int | None) -> None:
    """What is not said stays as it is."""
    traffic = next_move(at).traffic
    assert canary == (traffic and traffic.weight_of("c"))


def late(policy: str, **changes: Any) -> Standing:
    """Return a step that waited too long for evidence, with this policy."""
    spec = SPEC.model_copy(
        update={"analysis": SPEC.analysis.model_copy(update={"on_no_evidence": policy})}
    )
    waited = rollout(seconds=2000, canary_requests=41, stable_requests=390)
    return replace(LATE, spec=spec, rollout=waited, **changes)


@pytest.mark.parametrize(
    ("at", "act", "step"),
    [
        pytest.param(late("Hold"), Act.INCONCLUSIVE, 0, id="Hold waits"),
        pytest.param(late("Promote"), Act.ENTER, 2, id="Promote goes on, as nothing failed"),
        pytest.param(
            late("Promote", counted=False), Act.INCONCLUSIVE, 0, id="unless nobody can know that"
        ),
        pytest.param(late("Rollback"), Act.GIVE_UP, 0, id="Rollback ends it"),
        pytest.param(
            late("Rollback", verdict=Answer.PASS), Act.ENTER, 2, id="with evidence none applies"
        ),
        pytest.param(
            late("Promote", verdict=Answer.FAIL), Act.ROLL_BACK, 0, id="least of all with failures"
        ),
        pytest.param(
            replace(late("Promote"), rollout=rollout(2, 2000)),
            Act.PAUSE,
            0,
            id="a manual step waits for people all the same",
        ),
        pytest.param(
            replace(late("Promote"), rollout=rollout(3, 2000)), Act.STAY, 0, id="no such step"
        ),
    ],
)
def test_what_comes_of_too_long_a_wait_for_evidence(at: Standing, act: Act, step: int) -> None:
    """As analysis.onNoEvidence says."""
    found = next_move(at)
    assert (act, step) == (found.act, found.step)


def test_a_step_without_evidence_says_on_how_many_requests_it_went_on() -> None:
    """Both numbers, what was awaited, and whose wish it was."""
    why = next_move(late("Promote")).why
    assert "41 requests to the new version, 390 to the stable one and nothing failed" in why
    assert "no evidence after 1800 s (41 of 300 requests); analysis.onNoEvidence is Promote" in why


def test_suspension_stops_everything() -> None:
    """Even a failing canary stays: nothing moves until somebody says so."""
    spec = SPEC.model_copy(update={"suspend": True})
    assert Act.STAY is next_move(replace(PASSING, spec=spec, verdict=Answer.FAIL)).act


def test_pauses_do_not_count_for_the_deadline() -> None:
    """Neither past ones nor the present one; waiting for evidence is no pause."""
    since = NOW - timedelta(seconds=300)
    paused = rollout(1, 1000, phase="Paused", paused_seconds=100, paused_at=since)
    assert timedelta(seconds=600) == elapsed(paused, NOW)
    waiting = rollout(1, 1000, phase="Inconclusive", paused_seconds=100, paused_at=since)
    assert timedelta(seconds=900) == elapsed(waiting, NOW)
