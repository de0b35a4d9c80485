"""What the router is told, and that the real Envoy takes it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from builders_serving import a_model_deployment, digest
from envoy_process import envoy_binary

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.model_deployments.traffic import envoy
from trainyard.model_deployments.traffic.backend import Routing, routing_of


def routing(*weights: tuple[str, int], grpc: tuple[str, ...] = (), open_: bool = True) -> Routing:
    """Return decision 7 with these weights; revision `old` has pods and no weight.

    `grpc`: who speaks gRPC; `open_`: the stable one does.
    """
    roles = ("stable", "canary")
    traffic = [
        {"role": role, "revision": name, "weightPercent": weight}
        for role, (name, weight) in zip(roles, weights, strict=False)
    ]
    resource = a_model_deployment(status={"traffic": traffic, "decision": 7})
    found = routing_of(resource, resource.status)
    names = tuple(sorted({name for name, _ in weights} | {"old"}))
    return Routing(
        owner=found.owner,
        decision=found.decision,
        traffic=found.traffic,
        revisions=names,
        grpc=frozenset(grpc),
        grpc_is_open=bool(grpc) and open_,
    )


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


def test_the_number_of_the_decision_is_in_the_same_piece_as_the_weights() -> None:
    """What a router reports is what it does."""
    (route,) = virtual_hosts(routing(("s", 100)))["decision"]
    assert "7" == route["direct_response"]["body"]["inline_string"]
    assert "7" == json.loads(envoy.routes(routing(("s", 100))))["version_info"]


def test_revisions_without_weight_keep_their_cluster() -> None:
    """Requests that are under way end; clusters go after the pods."""
    names = [c["name"] for c in json.loads(envoy.clusters(routing(("s", 100))))["resources"]]
    assert ["old", "s"] == names


def test_the_admin_interface_listens_on_loopback_alone() -> None:
    """And of it only two harmless pages are passed on."""
    started = json.loads(envoy.bootstrap())
    assert "127.0.0.1" == started["admin"]["address"]["socket_address"]["address"]
    listeners = {found["name"]: found for found in started["static_resources"]["listeners"]}
    stats = json.dumps(listeners["stats"])
    assert stats.count('"cluster": "admin"') == 2
    assert '"path": "/stats/prometheus"' in stats
    assert '"prefix"' not in stats


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


def test_before_the_stable_version_speaks_grpc_the_router_says_so() -> None:
    """UNAVAILABLE with a sentence; the canary that speaks it already has its cluster."""
    found = routing(("s", 95), ("c", 5), grpc=("c",), open_=False)
    grpc, _ = virtual_hosts(found)["serving"]
    assert 503 == grpc["direct_response"]["status"]
    assert "gRPC" in grpc["direct_response"]["body"]["inline_string"]
    names = [c["name"] for c in json.loads(envoy.clusters(found))["resources"]]
    assert ["c", "old", "s", "c-grpc"] == names


def test_the_cluster_for_grpc_speaks_http_2_with_the_second_port_and_checks_that() -> None:
    """Its health is what the gRPC port says, not the HTTP port."""
    found = routing(("s", 100), grpc=("s",))
    cluster = json.loads(envoy.clusters(found))["resources"][-1]
    assert "s-grpc" == cluster["name"]
    (endpoint,) = cluster["load_assignment"]["endpoints"]
    address = endpoint["lb_endpoints"][0]["endpoint"]["address"]["socket_address"]
    assert {"address": "s", "port_value": 9000} == address
    (check,) = cluster["health_checks"]
    assert {} == check["grpc_health_check"]
    assert "http_health_check" not in check
    (options,) = cluster["typed_extension_protocol_options"].values()
    assert {"http2_protocol_options": {}} == options["explicit_http_config"]


@pytest.mark.parametrize(
    ("grpc", "names"),
    [
        pytest.param(False, {"r-1a"}, id="HTTP alone"),
        pytest.param(True, {"r-1a", "r-1a-grpc"}, id="with gRPC"),
    ],
)
def test_a_revision_is_reached_by_all_its_clusters(
    grpc: bool,
    names: set[str],
) -> None:
    """Or its first call could be lost."""
    revision = Revision(revision="r-1a", bundle_digest=digest("a"), grpc=grpc)
    assert names == envoy.cluster_names(revision)


def test_calls_are_counted_by_their_status() -> None:
    """For every listener that users reach; the last filter is the one that sends on."""
    listeners = json.loads(envoy.bootstrap())["static_resources"]["listeners"]
    (chain,) = listeners[0]["filter_chains"]
    filters = [f["name"] for f in chain["filters"][0]["typed_config"]["http_filters"]]
    assert ["envoy.filters.http.grpc_stats", "envoy.filters.http.router"] == filters


@pytest.mark.parametrize(
    "grpc", [pytest.param((), id="HTTP alone"), pytest.param(("s", "c", "old"), id="with gRPC")]
)
def test_the_real_envoy_takes_the_configuration(tmp_path: Path, grpc: tuple[str, ...]) -> None:
    """All three files, at the place where the router mounts them."""
    found = routing(("s", 95), ("c", 5), grpc=grpc)
    for name, text in (
        ("envoy.json", envoy.bootstrap()),
        ("clusters.json", envoy.clusters(found)),
        ("routes.json", envoy.routes(found)),
    ):
        (tmp_path / name).write_text(text.replace(envoy.FOLDER, str(tmp_path)))
    static = json.loads((tmp_path / "envoy.json").read_text())
    static["static_resources"]["clusters"] += _plain(json.loads(envoy.clusters(found)))
    (configuration,) = json.loads(envoy.routes(found))["resources"]
    del configuration["@type"]
    serving = static["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]
    del serving["typed_config"]["rds"]
    serving["typed_config"]["route_config"] = configuration
    (tmp_path / "static.json").write_text(json.dumps(static))
    for name in ("envoy.json", "static.json"):
        command = (envoy_binary(), "--mode", "validate", "--config-path", str(tmp_path / name))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "deprecated" not in done.stderr.lower()


def _plain(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [{k: v for k, v in c.items() if k != "@type"} for c in answer["resources"]]


def test_unhealthy_pods_are_asked_only_where_none_is_healthy() -> None:
    """At Envoy's own 50 % a revision that grows from one pod to four would send to all of them."""
    for cluster in json.loads(envoy.clusters(routing(("s", 100))))["resources"]:
        assert {"healthy_panic_threshold": {"value": 1}} == cluster["common_lb_config"]
