"""Which request leads where."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from builders_serving import a_model_deployment
from routings import NEW, OLD, routing

from trainyard.api.v1alpha1.traffic import TrafficMatch
from trainyard.model_deployments.traffic.envoy_routes import serving_routes
from trainyard.model_deployments.traffic.mode import Routing

BETA = TrafficMatch.model_validate({"headers": [{"name": "x-cohort", "value": "beta"}]})
TESTER = TrafficMatch.model_validate({"cookies": [{"name": "role", "value": "a.b"}]})
STICKY = {"sticky": {"cookie": {"name": "arm", "ttlSeconds": 60}}}


def asked(found: Routing, **canary: Any) -> Routing:
    """Return the decision with these wishes for its canary."""
    traffic = (found.traffic[0], found.traffic[1].model_copy(update=canary))
    return replace(found, traffic=traffic)


def clusters(route: dict[str, Any]) -> list[str]:
    """Return where the route leads."""
    return [c["name"] for c in route["route"]["weighted_clusters"]["clusters"]]


def test_matches_come_first_each_with_a_cluster_of_its_own_count() -> None:
    """Whatever the weights are; the rest is split by them."""
    found = asked(routing(stable=95, canary=5), matches=(BETA, TESTER))
    beta, tester, rest = serving_routes(found)
    assert [{"name": "x-cohort", "string_match": {"exact": "beta"}}] == beta["match"]["headers"]
    assert [f"{NEW}-matched"] == clusters(beta) == clusters(tester)
    assert [OLD, NEW] == clusters(rest)


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        pytest.param("role=a.b", True, id="alone"),
        pytest.param("x=1; role=a.b; y=2", True, id="among others"),
        pytest.param("role=aab", False, id="a dot is a dot"),
        pytest.param("role=a.bc", False, id="a longer value"),
        pytest.param("xrole=a.b", False, id="a longer name"),
        pytest.param("x=role=a.b", False, id="inside a value"),
    ],
)
def test_a_cookie_is_known_by_its_whole_name_and_value(header: str, *, fits: bool) -> None:
    """Wherever it stands among the others."""
    route, _ = serving_routes(asked(routing(stable=100, canary=0), matches=(TESTER,)))
    (match,) = route["match"]["headers"]
    regex = match["string_match"]["safe_regex"]["regex"]
    assert fits == bool(re.fullmatch(regex, header))


def test_calls_over_grpc_are_matched_where_the_new_version_answers_them() -> None:
    """Before plain requests of the same match."""
    found = asked(routing(stable=95, canary=5), matches=(BETA,))
    spoken = replace(found, grpc=frozenset({OLD, NEW}), grpc_is_open=True)
    grpc, http, *_ = serving_routes(spoken)
    assert {"prefix": "/", "grpc": {}} == {k: grpc["match"][k] for k in ("prefix", "grpc")}
    assert [f"{NEW}-matched-grpc"] == clusters(grpc)
    assert [f"{NEW}-matched"] == clusters(http)
    not_open = serving_routes(replace(spoken, grpc_is_open=False))
    assert [f"{NEW}-matched"] == clusters(not_open[0])


def test_copies_go_to_a_cluster_of_their_own_and_say_what_they_are() -> None:
    """So that they are no requests of users, neither for the router nor for the server."""
    (route,) = serving_routes(asked(routing(stable=100, canary=0), mirror_percent=30))
    (policy,) = route["route"]["request_mirror_policies"]
    assert f"{NEW}-mirror" == policy["cluster"]
    assert {"numerator": 30, "denominator": "HUNDRED"} == policy["runtime_fraction"][
        "default_value"
    ]
    (mutation,) = policy["request_headers_mutations"]
    assert {"key": "trainyard-mirrored", "value": "true"} == mutation["append"]["header"]
    assert [OLD] == clusters(route)


def test_nobody_is_sticky_while_one_version_answers_all() -> None:
    """There is nothing to stay with."""
    owner = a_model_deployment(traffic=STICKY)
    alone = replace(routing(stable=100, canary=0), owner=owner)
    assert 1 == len(serving_routes(alone))
    known, new = serving_routes(replace(routing(stable=95, canary=5), owner=owner))
    assert "response_headers_to_add" not in known
    (cookie,) = new["response_headers_to_add"]
    assert "arm=%REQ(x-request-id)%; Max-Age=60; Path=/; HttpOnly" == cookie["header"]["value"]
    assert known["route"] == new["route"]
    assert new["route"]["weighted_clusters"]["use_hash_policy"]


def explaining(found: Routing, **spec: Any) -> Routing:
    """Return the decision about versions that explain their answers."""
    return replace(found, owner=a_model_deployment(server={"explain": {}}, **spec))


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        pytest.param("/v2/models/tumours/explain", True, id="the model"),
        pytest.param("/v2/models/tumours/versions/tumours-1/explain", True, id="a version"),
        pytest.param("/v2/models/tumours/infer", False, id="a prediction"),
        pytest.param("/v2/models/explain/infer", False, id="a model of this name"),
    ],
)
def test_explanations_are_known_by_their_path(path: str, *, fits: bool) -> None:
    """Of the model and of its versions."""
    route, _ = serving_routes(explaining(routing(stable=95, canary=5)))
    assert fits == bool(re.fullmatch(route["match"]["safe_regex"]["regex"], path))


def test_explanations_go_where_predictions_go_and_are_counted_apart() -> None:
    """By the same matches and weights, and never as copies."""
    canary = {"matches": (BETA,), "mirror_percent": 30}
    found = explaining(asked(routing(stable=95, canary=5), **canary))
    beta_explained, beta, explained, rest = serving_routes(found)
    assert beta["match"]["headers"] == beta_explained["match"]["headers"]
    assert ([f"{NEW}-explain"], [f"{NEW}-matched"]) == (clusters(beta_explained), clusters(beta))
    assert [f"{OLD}-explain", f"{NEW}-explain"] == clusters(explained)
    assert [OLD, NEW] == clusters(rest)
    assert "request_mirror_policies" not in explained["route"]
    assert "request_mirror_policies" in rest["route"]


def test_a_sticky_user_is_explained_what_the_user_s_version_said() -> None:
    """The same cookie, the same hash."""
    found = explaining(routing(stable=95, canary=5), traffic=STICKY)
    known_explained, known, *_ = serving_routes(found)
    assert known["match"]["headers"] == known_explained["match"]["headers"]
    assert known["route"]["hash_policy"] == known_explained["route"]["hash_policy"]


def test_while_nothing_is_compared_nothing_is_counted_apart() -> None:
    """One version answers all."""
    assert 1 == len(serving_routes(explaining(routing(stable=100, canary=0))))
