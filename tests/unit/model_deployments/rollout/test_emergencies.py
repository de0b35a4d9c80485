"""What the state of the pods alone demands, in which words, and for which reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from builders_serving import NOW, a_model_deployment
from standings import DOWN, READY, rollout, standing

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.model_deployments.revision.workload import Trouble, Workload
from trainyard.model_deployments.rollout.emergencies import (
    CLUSTER_PATIENCE,
    NEVER_READY,
    cannot_start,
    crashed,
    emergency,
)
from trainyard.model_deployments.rollout.strategy import Act, Move, Standing
from trainyard.model_deployments.traffic.decision import all_to, split

CRASHING = replace(DOWN, trouble=Trouble.CRASH, message="exit 1")
IN_STEP = standing(rollout(weight_percent=30), 30)
TOOK_OVER = replace(IN_STEP, rollout=rollout(weight_percent=30, taken_over=True), canary_weight=100)
WITHDRAWN = replace(IN_STEP, canary=DOWN, canary_weight=0)
BEFORE = standing(rollout(0, seconds=90))
WITHOUT_IMAGE = replace(DOWN, trouble=Trouble.CLUSTER, message="no image")
ELSEWHERE = replace(DOWN, trouble=Trouble.STORE, message="store on another node")


@pytest.mark.parametrize(
    ("at", "stable", "move"),
    [
        pytest.param(IN_STEP, READY, None, id="all is well"),
        pytest.param(
            replace(IN_STEP, canary=CRASHING),
            READY,
            Move(Act.ROLL_BACK, "exit 1", reason=Reason.CRASHED, traffic=all_to("s")),
            id="the new version crashes",
        ),
        pytest.param(
            replace(IN_STEP, canary=DOWN),
            DOWN,
            Move(
                Act.STAY,
                "no version has a ready pod, the weights stay (stable)",
                reason=Reason.BOTH_FAILED,
            ),
            id="nobody is ready",
        ),
        pytest.param(
            replace(IN_STEP, canary=CRASHING),
            WITHOUT_IMAGE,
            Move(
                Act.STAY,
                "no version has a ready pod, the weights stay (no image)",
                reason=Reason.BOTH_FAILED,
            ),
            id="nobody is ready, and it is known why",
        ),
        pytest.param(
            IN_STEP,
            WITHOUT_IMAGE,
            Move(
                Act.TAKE_OVER,
                "no pod of the stable version is ready no image",
                reason=Reason.STABLE_FAILED,
                traffic=split("s", "c", 100),
            ),
            id="the stable version is down",
        ),
        pytest.param(
            TOOK_OVER,
            DOWN,
            Move(Act.STAY, "no pod of the stable version is ready", reason=Reason.STABLE_FAILED),
            id="and stays down",
        ),
        pytest.param(
            TOOK_OVER,
            READY,
            Move(Act.GIVE_BACK, "the stable version is ready again", traffic=split("s", "c", 30)),
            id="and is well again",
        ),
        pytest.param(
            replace(TOOK_OVER, routers_know=False),
            READY,
            Move(
                Act.STAY,
                "the stable version is ready again, the routers do not reach it yet",
                reason=Reason.STABLE_FAILED,
            ),
            id="but not to the routers",
        ),
        pytest.param(
            replace(IN_STEP, canary=DOWN),
            READY,
            Move(Act.WITHDRAW, "no pod of the new version is ready", traffic=split("s", "c", 0)),
            id="the new version is down",
        ),
        pytest.param(
            WITHDRAWN,
            READY,
            Move(Act.WITHDRAW, "no pod of the new version is ready", traffic=split("s", "c", 0)),
            id="and stays down, without requests by now",
        ),
        pytest.param(
            replace(IN_STEP, rollout=rollout(0), canary=WITHOUT_IMAGE),
            READY,
            Move(
                Act.WITHDRAW,
                "no pod of the new version is ready no image",
                traffic=split("s", "c", 0),
            ),
            id="it has requests, and no step yet",
        ),
        pytest.param(
            replace(BEFORE, canary=DOWN),
            READY,
            Move(Act.STAY, "0 of 2 pods are ready", reason=Reason.STARTING),
            id="its pods start",
        ),
        pytest.param(
            replace(BEFORE, canary=ELSEWHERE, rollout=rollout(0, seconds=121)),
            READY,
            Move(
                Act.RETRY_LATER,
                "store on another node",
                reason=Reason.STORE_NOT_SHAREABLE,
                traffic=all_to("s"),
            ),
            id="its pods cannot start",
        ),
    ],
)
def test_what_the_pods_demand(at: Standing, stable: Workload, move: Move | None) -> None:
    """The whole move: reason and words are what people read."""
    assert move == emergency(at, stable)


@pytest.mark.parametrize(
    ("replicas", "weight", "needed"),
    [
        pytest.param(3, 30, 3, id="70 % of three pods are three"),
        pytest.param(4, 50, 2, id="half of four are two"),
        pytest.param(100, 30, 70, id="70 % of a hundred"),
        pytest.param(101, 0, 101, id="all of a hundred and one"),
    ],
)
def test_the_stable_version_needs_pods_for_its_share(
    replicas: int, weight: int, needed: int
) -> None:
    """Before it gets its requests back; where it was told to have fewer, those are enough."""
    spec = a_model_deployment(replicas=replicas).spec
    back = rollout(weight_percent=weight, taken_over=True)
    at = replace(TOOK_OVER, spec=spec, rollout=back)
    for told in (replicas, 0):
        found = emergency(at, replace(READY, ready=needed - 1, replicas=told))
        why = f"{needed - 1} of {needed} pods of the stable version are ready again"
        assert Move(Act.STAY, why, reason=Reason.STABLE_FAILED) == found
    for enough in (
        replace(READY, ready=needed, replicas=replicas),
        replace(READY, ready=1, replicas=1),
    ):
        assert (again := emergency(at, enough)) is not None
        assert Act.GIVE_BACK is again.act


SINCE = NOW - NEVER_READY


@pytest.mark.parametrize(
    ("canary", "why"),
    [
        pytest.param(DOWN, None, id="it starts"),
        pytest.param(replace(DOWN, unready_since=SINCE), None, id="as long as it may take"),
        pytest.param(
            replace(DOWN, unready_since=SINCE - timedelta(seconds=1)),
            "its server runs and is not ready since 11:56:59 UTC",
            id="longer",
        ),
        pytest.param(
            replace(READY, unready_since=SINCE - timedelta(seconds=1)), None, id="another is ready"
        ),
        pytest.param(CRASHING, "exit 1", id="it crashes"),
    ],
)
def test_what_counts_as_broken(canary: Workload, why: str | None) -> None:
    """Only what Kubernetes shows of the version itself."""
    assert why == crashed(canary, NOW)


PATIENCE = CLUSTER_PATIENCE.total_seconds()


@pytest.mark.parametrize(
    ("canary", "seconds", "found"),
    [
        pytest.param(READY, 900, None, id="it started"),
        pytest.param(DOWN, 900, None, id="nothing keeps it"),
        pytest.param(WITHOUT_IMAGE, PATIENCE, None, id="the cluster has its time"),
        pytest.param(
            WITHOUT_IMAGE, PATIENCE + 1, (Reason.CLUSTER_FAULT, "no image"), id="and no longer"
        ),
        pytest.param(
            ELSEWHERE,
            PATIENCE + 1,
            (Reason.STORE_NOT_SHAREABLE, "store on another node"),
            id="the store is on another node",
        ),
        pytest.param(CRASHING, 0, (Reason.CRASHED, "exit 1"), id="a crash needs no time"),
        pytest.param(
            replace(DOWN, unready_since=SINCE - timedelta(seconds=1)),
            0,
            (Reason.CRASHED, "its server runs and is not ready since 11:56:59 UTC"),
            id="nor does a server that never gets ready",
        ),
    ],
)
def test_why_a_version_cannot_start(
    canary: Workload, seconds: float, found: tuple[Reason, str] | None
) -> None:
    """Its own fault, the cluster's, or that of a store that is on another node."""
    assert found == cannot_start(canary, rollout(0, seconds), NOW)
