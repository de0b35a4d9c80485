"""Weights as ratios of pods."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import INSTALLATION, a_model_deployment, digest

from trainyard.model_deployments.traffic.backend import routing_of
from trainyard.model_deployments.traffic.replicas import ReplicasBackend
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
    steps = [{"weightPercent": weight} for weight in weights]
    spec = a_model_deployment(replicas=replicas, rollout={"steps": steps}).spec
    found = ReplicasBackend().refused_weight(spec)
    assert (found is None) == (part is None)
    assert part is None or part in str(found)


@pytest.mark.parametrize(
    ("replicas", "weight", "pods"),
    [(3, 25, 1), (3, 50, 3), (3, 100, 3), (19, 5, 1), (10, 33, 5), (1, 50, 1)],
)
def test_the_canary_has_as_many_pods_as_make_the_ratio(
    replicas: int, weight: int, pods: int
) -> None:
    """Beside all pods of the stable version."""
    assert pods == ReplicasBackend().canary_pods(replicas, weight)


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
    resource = a_model_deployment(status={"traffic": traffic, "decision": 3})
    (action,) = ReplicasBackend().actions(routing_of(resource, resource.status), INSTALLATION)
    assert isinstance(action, Apply)
    assert revision == action.manifest["spec"]["selector"].get(REVISION)
    assert "3" == action.manifest["metadata"]["annotations"]["trainyard.dev/decision"]


def test_pods_without_grpc_get_no_call_beside_those_that_have_it() -> None:
    """The port is meant by name, and a pod that has none of this name is left out."""
    stable = {"revision": "s", "bundleDigest": digest("a"), "grpc": True}
    traffic = [{"role": "stable", "revision": "s", "weightPercent": 100}]
    resource = a_model_deployment(status={"stable": stable, "traffic": traffic, "decision": 3})
    (action,) = ReplicasBackend().actions(routing_of(resource, resource.status), INSTALLATION)
    assert isinstance(action, Apply)
    targets = {p["name"]: p["targetPort"] for p in action.manifest["spec"]["ports"]}
    assert {"http": 8080, "grpc": "grpc"} == targets
