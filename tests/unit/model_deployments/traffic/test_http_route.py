"""The route that Gateways read, and what they answer."""

from __future__ import annotations

from typing import Any

import pytest
from gateway_answers import GATEWAY, answer
from routings import NEW, OLD, routing

from trainyard.api.v1alpha1.traffic import GatewaySpec
from trainyard.model_deployments.traffic.http_route import (
    Answer,
    answer_of,
    backend,
    backend_name,
    backends_of,
    http_route,
)
from trainyard.ownership import REVISION

SPEC = GatewaySpec.model_validate(GATEWAY)
HOSTS = GatewaySpec.model_validate(GATEWAY | {"hostnames": ["wine.example.org"]})


def test_the_weights_are_those_of_the_decision() -> None:
    """A backend without weight stands there too, so that Gateways know it before it gets one."""
    (rule,) = http_route(routing(stable=90, canary=10), SPEC)["spec"]["rules"]
    assert [
        {"name": f"{OLD}-backend", "port": 80, "weight": 90},
        {"name": f"{NEW}-backend", "port": 80, "weight": 10},
    ] == rule["backendRefs"]
    (rule,) = http_route(routing(stable=100, canary=0), SPEC)["spec"]["rules"]
    assert [100, 0] == [found["weight"] for found in rule["backendRefs"]]


@pytest.mark.parametrize(
    ("gateway", "path", "hostnames"),
    [
        pytest.param(SPEC, "/v2/models/tumours", None, id="models that share a host"),
        pytest.param(HOSTS, "/", ["wine.example.org"], id="a host of its own"),
    ],
)
def test_which_requests_are_meant(
    gateway: GatewaySpec, path: str, hostnames: list[str] | None
) -> None:
    """By path, or all of a host."""
    spec = http_route(routing(stable=100), gateway)["spec"]
    assert [{"path": {"type": "PathPrefix", "value": path}}] == spec["rules"][0]["matches"]
    assert hostnames == spec.get("hostnames")
    assert [{"name": "public", "namespace": "ingress"}] == spec["parentRefs"]


def test_the_route_remembers_the_decision() -> None:
    """So that a lost status is read again."""
    annotations = http_route(routing(9, stable=100), SPEC)["metadata"]["annotations"]
    assert "9" == annotations["trainyard.dev/routing-generation"]


def test_a_backend_is_the_ready_pods_of_one_revision() -> None:
    """By an ordinary Service, whose name fits whatever the deployment is called."""
    service = backend(routing(stable=100).owner, OLD)
    assert {REVISION: OLD} == service["spec"]["selector"]
    assert "publishNotReadyAddresses" not in service["spec"]
    assert len(backend_name(f"{'a' * 40}-0123456789")) <= 63


def stored(refused: str = "", *, resolved: bool = True) -> dict[str, Any]:
    """Return a route with the answer of its Gateway."""
    route = http_route(routing(stable=100), SPEC)
    route["metadata"]["generation"] = 3
    answer(route, refused, resolved=resolved)
    return route


def condition_of(route: dict[str, Any]) -> dict[str, Any]:
    """Return what the Gateway says first."""
    found: dict[str, Any] = route["status"]["parents"][0]["conditions"][0]
    return found


def test_a_route_that_every_gateway_takes_is_accepted() -> None:
    """Listeners are no part of what is asked unless they are named."""
    assert Answer(accepted=True) == answer_of(stored(), SPEC)


@pytest.mark.parametrize(
    ("route", "words", "only_missing"),
    [
        pytest.param(
            stored("NotAllowedByListeners"),
            "Gateway public does not take the HTTPRoute (NotAllowedByListeners: so it is)",
            False,
            id="it may not be from here",
        ),
        pytest.param(
            stored(resolved=False),
            "Gateway public does not take the HTTPRoute (BackendNotFound: so it is)",
            True,
            id="a backend is not there",
        ),
    ],
)
def test_a_refusal_names_the_gateway_and_its_reason(
    route: dict[str, Any], words: str, *, only_missing: bool
) -> None:
    """As the Gateway gives it."""
    expected = Answer(accepted=False, refused=words, only_missing=only_missing)
    assert expected == answer_of(route, SPEC)


def test_a_backend_that_one_misses_is_not_all_where_another_refuses() -> None:
    """Each Gateway is quoted."""
    both = GatewaySpec.model_validate({"parentRefs": [*GATEWAY["parentRefs"], {"name": "other"}]})
    route = http_route(routing(stable=100), both)
    route["metadata"]["generation"] = 1
    answer(route, resolved=False)
    assert answer_of(route, both).only_missing
    other = route["status"]["parents"][1]
    other["conditions"] = [{"type": "Accepted", "status": "False", "reason": "NoMatchingParent"}]
    found = answer_of(route, both)
    assert not found.only_missing
    assert "Gateway public" in found.refused
    assert "Gateway other does not take the HTTPRoute (NoMatchingParent" in found.refused


def test_which_services_a_stored_route_leads_to() -> None:
    """With weight or without."""
    expected = {f"{OLD}-backend", f"{NEW}-backend"}
    assert expected == backends_of(http_route(routing(stable=100, canary=0), SPEC))
    assert set() == backends_of({})


def test_what_was_said_of_an_older_route_is_no_answer() -> None:
    """Neither yes nor no."""
    for route in (stored(), stored("UnsupportedValue")):
        route["metadata"]["generation"] += 1
        assert Answer(accepted=False) == answer_of(route, SPEC)


def test_silence_and_answers_of_others_are_no_answer() -> None:
    """One of two Gateways is not both."""
    silent = stored()
    del silent["status"]
    both = GatewaySpec.model_validate(
        {"parentRefs": [*GATEWAY["parentRefs"], {"name": "other", "sectionName": "https"}]}
    )
    assert Answer(accepted=False) == answer_of(silent, SPEC)
    assert Answer(accepted=False) == answer_of(stored(), both)


def test_a_long_message_is_cut() -> None:
    """Gateways are strangers."""
    route = stored("Invalid")
    condition_of(route)["message"] = "x" * 10_000
    assert len(answer_of(route, SPEC).refused) < 400
