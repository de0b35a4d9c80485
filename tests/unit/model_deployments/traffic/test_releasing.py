"""Mode Router while a release divides requests: where the Service leads, and what carries it."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import INSTALLATION, a_model_deployment, digest

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.model_deployments.analysis.samples import ROUTER, SERVER
from trainyard.model_deployments.owned_objects import OwnedObjects
from trainyard.model_deployments.traffic.carrier import Carrier, RouterPod
from trainyard.model_deployments.traffic.mode import routing_of
from trainyard.model_deployments.traffic.releasing import ReleasingMode
from trainyard.ownership import REVISION, ROLE
from trainyard.reconciling.plan import Apply

MODE = ReleasingMode()
ROLLOUT = {
    "id": "c.7",
    "revision": "c",
    "phase": "Progressing",
    "startedAt": "2026-03-01T12:00:00Z",
    "stepStartedAt": "2026-03-01T12:00:00Z",
}


def releasing(
    stable: int = 100,
    canary: int | None = None,
    rollout: dict[str, Any] | None = None,
    *,
    grpc: bool = False,
    **strategy: Any,
) -> ModelDeployment:
    """Return a deployment with these weights; `strategy`: of spec.rollout."""
    traffic: list[dict[str, Any]] = [
        {"role": "stable", "revision": "s", "weightPercent": stable},
        {"role": "canary", "revision": "c", "weightPercent": canary or 0},
    ]
    status: dict[str, Any] = {
        "routingGeneration": 7,
        "traffic": traffic if canary is not None else traffic[:1],
        "stable": {"revision": "s", "bundleDigest": digest("a"), "grpc": grpc},
    }
    if canary is not None:
        status["rollout"] = ROLLOUT | (rollout or {})
    return a_model_deployment(status=status, traffic={"router": "Releasing"}, rollout=strategy)


def pod(reports: int | None = 7, reaches: str = "s c", *, ready: bool = True) -> RouterPod:
    """Return a router."""
    return RouterPod("r", "u", ready, 7, reports, frozenset(reaches.split()))


def led_to(resource: ModelDeployment, carrier: Carrier) -> str | None:
    """Return where the Service is to lead: `routers`, a revision, or None: it stays as it is."""
    routing = routing_of(resource, resource.status)
    for action in MODE.actions(routing, carrier, INSTALLATION):
        if isinstance(action, Apply) and action.manifest["kind"] == "Service":
            selector = action.manifest["spec"]["selector"]
            return "routers" if selector.get(ROLE) == "router" else selector[REVISION]
    return None


@pytest.mark.parametrize(
    ("resource", "needed"),
    [
        pytest.param(releasing(), False, id="at rest"),
        pytest.param(releasing(100, 0), True, id="a canary starts"),
        pytest.param(releasing(95, 5), True, id="a canary in a step"),
        pytest.param(releasing(100, 0, strategy="Shadow"), True, id="copies"),
        pytest.param(releasing(100, 0, strategy="BlueGreen"), False, id="one switch"),
        pytest.param(releasing(100, 0, strategy="Immediate"), False, id="at once"),
        pytest.param(
            releasing(
                100, 0, strategy="BlueGreen",
                matches=[{"headers": [{"name": "x-team", "value": "risk"}]}],
            ),
            True,
            id="some users in the preview",
        ),
        pytest.param(releasing(100, 0, {"readinessOnly": True}), False, id="the way back"),
        pytest.param(releasing(95, 5, {"readinessOnly": True}), True, id="a split, whatever for"),
    ],
)  # fmt: skip
def test_routers_are_there_for_what_divides_requests(
    resource: ModelDeployment, *, needed: bool
) -> None:
    """The rest is one change of the Service."""
    assert needed is MODE.needs_routers(resource.spec, resource.status)


DIRECT = Carrier(service_exists=True, service_revision="s", router_uid="d")
ROUTED = Carrier(service_exists=True, service_routed=True, router_uid="d", pods=(pod(), pod()))


@pytest.mark.parametrize(
    ("resource", "pods", "expected"),
    [
        pytest.param(releasing(100, 0), (), "s", id="no router yet"),
        pytest.param(releasing(100, 0), (pod(6),), "s", id="a router with an older decision"),
        pytest.param(releasing(100, 0), (pod(7, "s"),), "s", id="the canary is not reached"),
        pytest.param(releasing(100, 0), (pod(None),), "s", id="a router says nothing"),
        pytest.param(releasing(100, 0), (pod(), pod()), "routers", id="all are ready"),
        pytest.param(
            releasing(100, 0), (pod(), pod(None, ready=False)), "s", id="of two one is ready"
        ),
        pytest.param(releasing(100, 0), (pod(),), "s", id="of two one is there"),
        pytest.param(
            releasing(100, 0, grpc=True), (pod(),), "s", id="gRPC of the stable one is not reached"
        ),
        pytest.param(
            releasing(100, 0, grpc=True),
            (pod(7, "s c s-grpc"), pod(7, "s c s-grpc")),
            "routers",
            id="over gRPC as well",
        ),
        pytest.param(releasing(0, 100), (), "c", id="the stable version died meanwhile"),
        pytest.param(releasing(50, 50), (), None, id="nothing but routers can split"),
        pytest.param(releasing(50, 50), (pod(), pod()), "routers", id="and they do"),
    ],
)
def test_the_service_is_led_to_routers_that_act_and_reach_both_versions(
    resource: ModelDeployment, pods: tuple[RouterPod, ...], expected: str | None
) -> None:
    """Until then it leads where the decision can be carried out, or stays."""
    carrier = Carrier(
        service_exists=True,
        service_revision="s",
        router_uid="d",
        router_replicas=2,
        routers_ready=sum(pod.ready for pod in pods),
        pods=pods,
    )
    assert expected == led_to(resource, carrier)


@pytest.mark.parametrize(
    ("resource", "pods", "expected"),
    [
        pytest.param(releasing(95, 5), (pod(6),), "routers", id="they take their time"),
        pytest.param(releasing(60, 40), (), "s", id="no router is left"),
        pytest.param(releasing(0, 100), (pod(ready=False),), "c", id="nor after a take-over"),
        pytest.param(releasing(), (pod(6),), "s", id="the release has ended"),
    ],
)
def test_the_service_leads_to_pods_when_routers_are_gone_or_not_needed(
    resource: ModelDeployment, pods: tuple[RouterPod, ...], expected: str
) -> None:
    """To the version with most of the requests."""
    carrier = Carrier(service_exists=True, service_routed=True, router_uid="d", pods=pods)
    assert expected == led_to(resource, carrier)


def test_routers_on_their_way_out_act_on_each_decision() -> None:
    """Who is still connected to them is answered by the version that serves."""
    resource = releasing()
    routing = routing_of(resource, resource.status)
    for carrier, kinds in (
        (ROUTED, ["ConfigMap", "Service"]),
        (Carrier(service_exists=True, configuration_uid="m"), ["Service"]),
    ):
        actions = MODE.actions(routing, carrier, INSTALLATION)
        assert kinds == [a.manifest["kind"] for a in actions if isinstance(a, Apply)]


@pytest.mark.parametrize(
    ("carrier", "in_force"),
    [
        pytest.param(Carrier(), True, id="pods alone"),
        pytest.param(Carrier(pods=(pod(7), pod(8))), True, id="whoever is connected to a router"),
        pytest.param(Carrier(pods=(pod(7), pod(6))), False, id="one router is behind"),
        pytest.param(Carrier(pods=(pod(None),)), False, id="one says nothing"),
        pytest.param(Carrier(service_routed=True), False, id="nobody answers"),
        pytest.param(ROUTED, True, id="all routers act on it"),
    ],
)
def test_a_decision_is_in_force_when_pods_and_routers_have_it(
    carrier: Carrier, *, in_force: bool
) -> None:
    """Connections to routers outlive the change of the Service."""
    assert in_force is MODE.in_force(carrier, 7)


@pytest.mark.parametrize(
    ("carrier", "reached"),
    [
        pytest.param(DIRECT, True, id="no router is needed"),
        pytest.param(Carrier(awaits_routers=True, pods=(pod(),)), False, id="not by them yet"),
        pytest.param(ROUTED, True, id="through routers"),
    ],
)
def test_a_version_is_reached_where_its_requests_will_come_from(
    carrier: Carrier, *, reached: bool
) -> None:
    """Its weight waits for that."""
    revision = Revision(revision="c", bundle_digest=digest("b"))
    assert reached is MODE.reaches(carrier, revision, frozenset())


def test_versions_are_compared_at_routers_and_one_alone_is_counted_at_its_servers() -> None:
    """Some of its requests do not pass the routers."""
    old = Revision(revision="s", bundle_digest=digest("a"))
    new = Revision(revision="c", bundle_digest=digest("b"))
    assert ROUTER == MODE.counts_at(OwnedObjects(), (old, new)).family
    assert SERVER == MODE.counts_at(OwnedObjects(), (old, old)).family
