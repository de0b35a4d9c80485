"""Weights as ratios of pods."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import INSTALLATION, a_model_deployment, digest

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.model_deployments.traffic.carrier import Carrier, RouterPod
from trainyard.model_deployments.traffic.decision import split
from trainyard.model_deployments.traffic.mode import routing_of
from trainyard.model_deployments.traffic.replicas import ReplicasMode
from trainyard.ownership import REVISION
from trainyard.reconciling.plan import Apply


@pytest.mark.parametrize(
    ("replicas", "weights", "part"),
    [
        pytest.param(1, (50,), None, id="half of two pods"),
        pytest.param(1, (50, 100), None, id="all requests is a step too"),
        pytest.param(19, (5, 50), None, id="one of twenty pods"),
        pytest.param(1, (5, 50), "finer than one pod", id="a twentieth of two pods"),
        pytest.param(4, (20, 80), "more pods than spec.replicas", id="more than half"),
    ],
)
def test_weights_that_pods_cannot_make_are_refused(
    replicas: int, weights: tuple[int, ...], part: str | None
) -> None:
    """With what to do instead."""
    found = [ReplicasMode().unsupported(split("s", "c", w), replicas) for w in weights]
    refused = [why for why in found if why is not None]
    assert (part is not None) == bool(refused)
    assert all(part in why for why in refused if part)


@pytest.mark.parametrize(
    ("replicas", "weight", "pods"),
    [(3, 25, 1), (3, 50, 3), (3, 100, 3), (19, 5, 1), (10, 33, 5), (1, 50, 1)],
)
def test_the_canary_has_as_many_pods_as_make_the_ratio(
    replicas: int, weight: int, pods: int
) -> None:
    """Beside all pods of the stable version."""
    assert pods == ReplicasMode().canary_pods(replicas, weight)


def test_the_service_is_in_force_at_once_and_reaches_everybody() -> None:
    """Ready pods are endpoints, and routers of another mode are asked nothing."""
    mode, revision = ReplicasMode(), Revision(revision="c", bundle_digest=digest("b"))
    carrier = Carrier(generation=7, pods=(RouterPod("r", "u", ready=True, annotated=7),))
    assert [True, False] == [mode.in_force(carrier, number) for number in (7, 8)]
    assert mode.reaches(carrier, revision, frozenset())
    assert () == mode.reporters(carrier)


def test_no_router_is_needed() -> None:
    """Those of another mode go."""
    resource = a_model_deployment()
    assert not ReplicasMode().needs_routers(resource.spec, resource.status)


@pytest.mark.parametrize(
    ("shares", "revision"),
    [
        pytest.param([], "none", id="nobody before the first version"),
        pytest.param([("stable", "s", 100)], "s", id="the stable version alone"),
        pytest.param([("stable", "s", 100), ("canary", "c", 0)], "s", id="a canary that waits"),
        pytest.param([("stable", "s", 50), ("canary", "c", 50)], None, id="both in a step"),
    ],
)
def test_the_service_selects_whoever_has_a_weight(
    shares: list[tuple[str, str, int]], revision: str | None
) -> None:
    """A pod without weight gets no request."""
    traffic: list[dict[str, Any]] = [
        {"role": role, "revision": name, "weightPercent": weight} for role, name, weight in shares
    ]
    resource = a_model_deployment(status={"traffic": traffic, "routingGeneration": 3})
    (action,) = ReplicasMode().actions(
        routing_of(resource, resource.status), Carrier(), INSTALLATION
    )
    assert isinstance(action, Apply)
    assert revision == action.manifest["spec"]["selector"].get(REVISION)
    assert "3" == action.manifest["metadata"]["annotations"]["trainyard.dev/routing-generation"]


def test_pods_without_grpc_get_no_call_beside_those_that_have_it() -> None:
    """The port is meant by name, and a pod that has none of this name is left out."""
    stable = {"revision": "s", "bundleDigest": digest("a"), "grpc": True}
    traffic = [{"role": "stable", "revision": "s", "weightPercent": 100}]
    resource = a_model_deployment(
        status={"stable": stable, "traffic": traffic, "routingGeneration": 3}
    )
    (action,) = ReplicasMode().actions(
        routing_of(resource, resource.status), Carrier(), INSTALLATION
    )
    assert isinstance(action, Apply)
    targets = {p["name"]: p["targetPort"] for p in action.manifest["spec"]["ports"]}
    assert {"http": 8080, "grpc": "grpc"} == targets
