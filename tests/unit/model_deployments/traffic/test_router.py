"""Mode Router: what is done, what is in force, and who can be reached."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders_serving import INSTALLATION, a_model_deployment, digest

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.model_deployments.traffic.carrier import Carrier, RouterPod
from trainyard.model_deployments.traffic.mode import routing_of
from trainyard.model_deployments.traffic.router import RouterMode, removals
from trainyard.reconciling.plan import Action, Apply, Create, Delete, Patch

SHARE = {"role": "stable", "revision": "s", "weightPercent": 100}
RESOURCE = a_model_deployment(status={"routingGeneration": 7, "traffic": [SHARE]})
ROUTING = routing_of(RESOURCE, RESOURCE.status)


def pod(reports: int | None = None, *, ready: bool = True, reaches: str = "") -> RouterPod:
    """Return a router that reports this decision and reaches these clusters."""
    known = frozenset(reaches.split())
    return RouterPod("r", "u", ready=ready, annotated=7, reports=reports, reaches=known)


def kind_of(action: Action) -> str:
    """Return what the action is about."""
    return action.manifest["kind"] if isinstance(action, Apply | Create) else action.ref.kind


@pytest.mark.parametrize(
    ("pods", "in_force"),
    [
        pytest.param((pod(7), pod(7)), True, id="all report it"),
        pytest.param((pod(8), pod(7)), True, id="one has a newer one"),
        pytest.param((pod(7), pod(6)), False, id="one is behind"),
        pytest.param((pod(7), pod(None)), False, id="one does not answer"),
        pytest.param((pod(7), pod(None, ready=False)), True, id="one gets no requests"),
        pytest.param((), False, id="there is no router"),
    ],
)
def test_a_decision_is_in_force_when_every_router_acts_on_it(
    pods: tuple[RouterPod, ...], *, in_force: bool
) -> None:
    """Only then does the drain begin."""
    assert in_force is RouterMode().in_force(Carrier(pods=pods), 7)


@pytest.mark.parametrize(
    ("pods", "grpc", "reached"),
    [
        pytest.param((pod(reaches="c"), pod(reaches="c s")), False, True, id="by all"),
        pytest.param((pod(reaches="c"), pod(reaches="s")), False, False, id="not by one"),
        pytest.param((pod(reaches="c"), pod(ready=False)), False, True, id="one gets none"),
        pytest.param((pod(reaches="c"),), True, False, id="over HTTP alone"),
        pytest.param((pod(reaches="c c-grpc"),), True, True, id="over both"),
        pytest.param((), False, False, id="by nobody"),
    ],
)
def test_a_revision_is_reached_when_every_router_sees_a_pod_of_it(
    pods: tuple[RouterPod, ...], *, grpc: bool, reached: bool
) -> None:
    """Over every protocol that it speaks."""
    revision = Revision(revision="c", bundle_digest=digest("b"), grpc=grpc)
    assert reached is RouterMode().reaches(Carrier(pods=pods), revision, frozenset())


def test_the_configuration_comes_before_the_router_and_the_router_before_the_service() -> None:
    """All are kept as they are declared."""
    actions = RouterMode().actions(ROUTING, Carrier(), INSTALLATION)
    assert [(Apply, "ConfigMap"), (Apply, "Deployment"), (Apply, "Service")] == [
        (type(action), kind_of(action)) for action in actions
    ]


@pytest.mark.parametrize(
    ("carrier", "wanted"),
    [
        pytest.param(Carrier(), ["Service"], id="nothing was ever routed"),
        pytest.param(
            Carrier(generation=6), ["ConfigMap", "Deployment", "Service"], id="it is taken back"
        ),
    ],
)
def test_there_are_no_routers_before_there_is_a_version_to_lead_to(
    carrier: Carrier, wanted: list[str]
) -> None:
    """The Service is there from the start, so that its name is known when the version is ready."""
    resource = a_model_deployment(status={"routingGeneration": 7})
    routing = routing_of(resource, resource.status)
    actions = RouterMode().actions(routing, carrier, INSTALLATION)
    assert wanted == [kind_of(action) for action in actions]


@pytest.mark.parametrize(
    ("carrier", "wanted"),
    [
        pytest.param(Carrier(service_exists=True), [], id="routers are not ready: it waits"),
        pytest.param(
            Carrier(service_exists=True, router_replicas=2, routers_ready=1, pods=(pod(7),)),
            [],
            id="one of two is",
        ),
        pytest.param(
            Carrier(service_exists=True, router_replicas=2, routers_ready=2, pods=(pod(7), pod(7))),
            ["Service"],
            id="routers are ready",
        ),
        pytest.param(
            Carrier(service_exists=True, service_routed=True), ["Service"], id="it leads there"
        ),
        pytest.param(
            Carrier(router_uid="u", router_replicas=2, pods=(pod(),)),
            ["Service"],
            id="routers that read it are not nudged",
        ),
    ],
)
def test_a_service_that_works_is_led_to_routers_that_are_ready(
    carrier: Carrier, wanted: list[str]
) -> None:
    """A change from Replicas goes over without a gap."""
    actions = RouterMode().actions(ROUTING, carrier, INSTALLATION)
    assert ["ConfigMap", "Deployment", *wanted] == [kind_of(action) for action in actions]


@pytest.mark.parametrize(
    ("router", "applied", "nudged"),
    [
        pytest.param(RouterPod("r", "u", ready=True, annotated=6), False, True, id="it is behind"),
        pytest.param(RouterPod("r", "u", ready=True, annotated=7), False, False, id="it was told"),
        pytest.param(
            RouterPod("r", "u", ready=True, annotated=0, reports=7),
            False,
            False,
            id="it started with it",
        ),
        pytest.param(
            RouterPod("r", "u", ready=False, annotated=6), False, False, id="it is yet to start"
        ),
        pytest.param(RouterPod("r", "u", ready=True, annotated=0), True, False, id="all act on it"),
    ],
)
def test_routers_that_are_behind_are_nudged(
    router: RouterPod, *, applied: bool, nudged: bool
) -> None:
    """Those that read the newest decision, or will when they are ready, are left alone."""
    routing = replace(ROUTING, applied=applied)
    actions = RouterMode().actions(routing, Carrier(pods=(router,)), INSTALLATION)
    assert nudged is any(isinstance(action, Patch) for action in actions)


@pytest.mark.parametrize(("scaled", "expected"), [(0, 2), (1, 1), (5, 5)])
def test_routers_stay_as_many_as_somebody_made_of_them(scaled: int, expected: int) -> None:
    """Two where nobody did, or made it none."""
    carrier = Carrier(router_uid="d", router_replicas=scaled)
    _, made, *_ = RouterMode().actions(ROUTING, carrier, INSTALLATION)
    assert isinstance(made, Apply)
    assert expected == made.manifest["spec"]["replicas"]


def test_the_router_takes_grpc_on_the_port_it_has() -> None:
    """A router that runs needs no other port, so switching gRPC on restarts none."""
    stable = {"revision": "s", "bundleDigest": digest("a"), "grpc": True}
    resource = a_model_deployment(status={"routingGeneration": 4, "stable": stable})
    routing = routing_of(resource, resource.status)
    service = RouterMode().actions(routing, Carrier(), INSTALLATION)[-1]
    assert isinstance(service, Apply)
    targets = {p["name"]: p["targetPort"] for p in service.manifest["spec"]["ports"]}
    assert {"http": 8080, "grpc": 8080} == targets


def test_routers_go_once_nobody_is_connected_and_then_what_they_read() -> None:
    """By the uid that was seen; that nothing is known of a router is no leave to end it."""
    silent, unknown = replace(pod(7), connections=0), pod(7)
    busy, down = replace(pod(7), connections=1), pod(7, ready=False)
    left = [
        list(removals(RESOURCE, Carrier(router_uid=uid, configuration_uid="m", pods=pods)))
        for uid, pods in (
            ("d", (silent, silent)),
            ("d", (silent, busy)),
            ("d", (silent, unknown)),
            ("d", (silent, down)),
            ("", (silent,)),
            ("", ()),
        )
    ]
    found = [[a.ref.uid for a in actions if isinstance(a, Delete)] for actions in left]
    assert [["d"], [], [], ["d"], [], ["m"]] == found
    assert [] == list(removals(RESOURCE, Carrier()))


def test_routers_are_needed_at_all_times() -> None:
    """Whatever the decision is."""
    assert RouterMode().needs_routers(RESOURCE.spec, RESOURCE.status)
