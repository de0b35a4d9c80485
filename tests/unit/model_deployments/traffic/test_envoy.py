"""What the router is told while it runs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from builders_serving import a_model_deployment, digest
from envoy_pages import decision_page

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.model_deployments.traffic import envoy
from trainyard.model_deployments.traffic.mode import Routing, routing_of


def routing(*weights: tuple[str, int], grpc: tuple[str, ...] = (), open_: bool = True) -> Routing:
    """Return decision 7 with these weights; revision `old` has pods and no weight.

    `grpc`: who speaks gRPC; `open_`: the stable one does.
    """
    roles = ("stable", "canary")
    traffic = [
        {"role": role, "revision": name, "weightPercent": weight}
        for role, (name, weight) in zip(roles, weights, strict=False)
    ]
    resource = a_model_deployment(status={"traffic": traffic, "routingGeneration": 7})
    found = routing_of(resource, resource.status)
    names = tuple(sorted({name for name, _ in weights} | {"old"}))
    return Routing(
        owner=found.owner,
        generation=found.generation,
        traffic=found.traffic,
        revisions=names,
        grpc=frozenset(grpc),
        grpc_is_open=bool(grpc) and open_,
    )


def names(found: Routing) -> list[str]:
    """Return the names of the clusters."""
    return [cluster["name"] for cluster in json.loads(envoy.clusters(found))["resources"]]


def _host(cluster: dict[str, Any]) -> str:
    (endpoints,) = cluster["load_assignment"]["endpoints"]
    (endpoint,) = endpoints["lb_endpoints"]
    return str(endpoint["endpoint"]["address"]["socket_address"]["address"])


def virtual_hosts(found: Routing) -> dict[str, Any]:
    """Return the routes by the name of their virtual host."""
    (configuration,) = json.loads(envoy.routes(found))["resources"]
    return {host["name"]: host["routes"] for host in configuration["virtual_hosts"]}


def test_weights_are_as_decided_and_zero_is_left_out() -> None:
    """Exact, by revision."""
    (route,) = virtual_hosts(routing(("s", 95), ("c", 5)))["serving"]
    assert [{"name": "s", "weight": 95}, {"name": "c", "weight": 5}] == route["route"][
        "weighted_clusters"
    ]["clusters"]
    (route,) = virtual_hosts(routing(("s", 100), ("c", 0)))["serving"]
    assert [{"name": "s", "weight": 100}] == route["route"]["weighted_clusters"]["clusters"]


def test_before_the_first_version_the_router_says_so() -> None:
    """503 with a sentence, not a connection error."""
    (route,) = virtual_hosts(routing())["serving"]
    assert 503 == route["direct_response"]["status"]


def test_the_number_of_the_decision_is_the_version_of_the_weights() -> None:
    """What a router reports is what it does."""
    assert "7" == json.loads(envoy.routes(routing(("s", 100))))["version_info"]


@pytest.mark.parametrize(
    ("page", "number"),
    [
        pytest.param(decision_page("7"), 7, id="in force"),
        pytest.param(decision_page(""), None, id="no routes yet"),
        pytest.param("", None, id="no answer"),
        pytest.param('{"predictions": [7]}', None, id="the page of something else"),
        pytest.param("7", None, id="a number alone"),
    ],
)
def test_the_decision_in_force_is_read_from_the_page_of_the_router(
    page: str, number: int | None
) -> None:
    """Whatever else it says, nothing is in force."""
    assert number == envoy.decision_of(page)


def test_users_reach_nothing_but_the_model() -> None:
    """Neither the decision nor the numbers are on the port that the Service leads to."""
    found = routing(("s", 95), ("c", 5), grpc=("s", "c"))
    assert ["serving"] == list(virtual_hosts(found))
    assert envoy.DECISION_PATH not in envoy.routes(found)


def test_revisions_without_weight_keep_their_cluster() -> None:
    """Requests that are under way end; clusters go after the pods."""
    assert ["old", "s"] == names(routing(("s", 100)))[:2]


def test_several_revisions_have_clusters_for_what_is_counted_apart() -> None:
    """From the start of a release, so that no route leads nowhere; one alone needs none."""
    found = routing(("s", 100), ("c", 0), grpc=("c",))
    assert {"c-matched", "c-mirror", "c-matched-grpc"} <= set(names(found))
    assert ["s"] == names(replace(found, revisions=("s",), grpc=frozenset()))
    clusters = json.loads(envoy.clusters(found))["resources"]
    assert {"c", "old", "s"} == {_host(cluster) for cluster in clusters}


def test_without_grpc_routes_and_clusters_are_as_before_there_was_any() -> None:
    """Nothing that runs is told anything new."""
    found = routing(("s", 95), ("c", 5))
    assert "grpc" not in envoy.routes(found) + envoy.clusters(found)


def test_grpc_calls_are_split_by_the_same_weights() -> None:
    """What says it is gRPC goes to the revisions' gRPC, anything else where it went before."""
    grpc, http = virtual_hosts(routing(("s", 95), ("c", 5), grpc=("s", "c")))["serving"]
    assert {"prefix": "/", "grpc": {}} == grpc["match"]
    assert [{"name": "s-grpc", "weight": 95}, {"name": "c-grpc", "weight": 5}] == grpc["route"][
        "weighted_clusters"
    ]["clusters"]
    (plain,) = virtual_hosts(routing(("s", 95), ("c", 5)))["serving"]
    assert plain == http
    assert plain["route"]["retry_policy"] == grpc["route"]["retry_policy"]
    assert ["envoy.filters.http.grpc_stats"] == list(grpc["typed_per_filter_config"])


def test_before_the_stable_version_speaks_grpc_the_router_says_so() -> None:
    """UNAVAILABLE with a sentence; the canary that speaks it already has its cluster."""
    found = routing(("s", 95), ("c", 5), grpc=("c",), open_=False)
    grpc, _ = virtual_hosts(found)["serving"]
    assert 503 == grpc["direct_response"]["status"]
    assert "gRPC" in grpc["direct_response"]["body"]["inline_string"]
    assert "c-grpc" in names(found)


def test_the_cluster_for_grpc_speaks_http_2_with_the_second_port_and_checks_that() -> None:
    """Its health is what the gRPC port says, not the HTTP port."""
    found = routing(("s", 100), grpc=("s",))
    resources = json.loads(envoy.clusters(found))["resources"]
    cluster = next(cluster for cluster in resources if cluster["name"] == "s-grpc")
    (endpoint,) = cluster["load_assignment"]["endpoints"]
    address = endpoint["lb_endpoints"][0]["endpoint"]["address"]["socket_address"]
    assert {"address": "s", "port_value": 9000} == address
    (check,) = cluster["health_checks"]
    assert {} == check["grpc_health_check"]
    assert "http_health_check" not in check
    (options,) = cluster["typed_extension_protocol_options"].values()
    assert {"http2_protocol_options": {}} == options["explicit_http_config"]


@pytest.mark.parametrize(
    ("grpc", "apart", "wanted"),
    [
        pytest.param(False, (), {"r-1a"}, id="HTTP alone"),
        pytest.param(True, (), {"r-1a", "r-1a-grpc"}, id="with gRPC"),
        pytest.param(False, ("-mirror",), {"r-1a", "r-1a-mirror"}, id="with copies"),
        pytest.param(
            True,
            ("-matched", "-mirror"),
            {"r-1a", "r-1a-grpc", "r-1a-matched", "r-1a-matched-grpc", "r-1a-mirror"},
            id="calls over gRPC are matched and not copied",
        ),
    ],
)
def test_a_revision_is_reached_by_all_its_clusters(
    grpc: bool,
    apart: tuple[str, ...],
    wanted: set[str],
) -> None:
    """Or its first call could be lost."""
    revision = Revision(revision="r-1a", bundle_digest=digest("a"), grpc=grpc)
    assert wanted == envoy.cluster_names(revision, frozenset(apart))


def test_unhealthy_pods_are_asked_only_where_none_is_healthy() -> None:
    """At Envoy's own 50 % a revision that grows from one pod to four would send to all of them."""
    for cluster in json.loads(envoy.clusters(routing(("s", 100))))["resources"]:
        assert {"healthy_panic_threshold": {"value": 1}} == cluster["common_lb_config"]


def test_what_envoy_answers_itself_is_not_counted() -> None:
    """Calls are, and only where a revision answers them."""
    closed = virtual_hosts(routing(("s", 95), ("c", 5), grpc=("c",), open_=False))["serving"]
    for route in [*closed, *virtual_hosts(routing())["serving"]]:
        assert "typed_per_filter_config" not in route


def test_explanations_have_a_cluster_of_their_own_while_there_are_several_versions() -> None:
    """Where versions explain at all."""
    found = routing(("c", 5), ("s", 95))
    assert not [name for name in names(found) if name.endswith("-explain")]
    owner = a_model_deployment(server={"explain": {}})
    apart = [n for n in names(replace(found, owner=owner)) if n.endswith("-explain")]
    assert ["c-explain", "old-explain", "s-explain"] == apart
