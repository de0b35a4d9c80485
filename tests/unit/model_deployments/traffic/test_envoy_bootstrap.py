"""What a router starts with, and that the real Envoy takes it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders_serving import a_model_deployment
from envoy_process import envoy_binary

from trainyard.api.quantities import number_of
from trainyard.model_deployments.traffic import envoy
from trainyard.model_deployments.traffic.envoy_bootstrap import (
    MEMORY_LIMIT,
    Start,
    bootstrap,
    heap_bytes,
    most_connections,
)
from trainyard.model_deployments.traffic.mode import Routing, routing_of

MEMORY = int(number_of(MEMORY_LIMIT) or 0)
START = Start(MEMORY, connection_age=60)


def routing(*grpc: str) -> Routing:
    """Return a decision with two revisions; `grpc`: who speaks it."""
    traffic = [
        {"role": role, "revision": name, "weightPercent": weight}
        for role, name, weight in (("stable", "s", 95), ("canary", "c", 5))
    ]
    resource = a_model_deployment(status={"traffic": traffic, "routingGeneration": 7})
    found = routing_of(resource, resource.status)
    return replace(found, revisions=("c", "s"), grpc=frozenset(grpc), grpc_is_open=bool(grpc))


def test_the_admin_interface_listens_on_loopback_alone() -> None:
    """And of it only three harmless pages are passed on."""
    started = json.loads(bootstrap(START))
    assert "127.0.0.1" == started["admin"]["address"]["socket_address"]["address"]
    listeners = {found["name"]: found for found in started["static_resources"]["listeners"]}
    stats = json.dumps(listeners["stats"])
    assert stats.count('"cluster": "admin"') == 3
    assert '"path": "/stats/prometheus"' in stats
    assert '"prefix"' not in stats


def test_only_calls_that_reach_a_revision_are_counted_by_their_status() -> None:
    """The filter is off elsewhere; the last filter is the one that sends on."""
    listeners = json.loads(bootstrap(START))["static_resources"]["listeners"]
    (chain,) = listeners[0]["filter_chains"]
    filters = chain["filters"][0]["typed_config"]["http_filters"]
    assert [("envoy.filters.http.grpc_stats", True), ("envoy.filters.http.router", False)] == [
        (f["name"], f.get("disabled", False)) for f in filters
    ]


def test_connections_end_with_an_answer_after_their_time() -> None:
    """Never while a request may be on its way."""
    serving, stats = json.loads(bootstrap(START))["static_resources"]["listeners"]
    (chain,) = serving["filter_chains"]
    connections = chain["filters"][0]["typed_config"]
    assert "60s" == connections["common_http_protocol_options"]["max_connection_duration"]
    assert connections["http1_safe_max_connection_duration"]
    assert "max_connection_duration" not in json.dumps(stats)


@pytest.mark.parametrize("memory", [128 << 20, MEMORY, 4 << 30])
def test_full_buffers_of_all_connections_fit_into_the_memory(memory: int) -> None:
    """One buffer of the user's side and one of the model's, and users are turned away before."""
    held = envoy.BUFFER_BYTES * most_connections(memory)
    assert held < heap_bytes(memory) < memory - (8 << 20)


def test_the_port_of_the_numbers_answers_where_users_are_turned_away() -> None:
    """Or a router under load would be taken for one that is not ready."""
    serving, stats = json.loads(bootstrap(START))["static_resources"]["listeners"]
    assert stats["bypass_overload_manager"]
    assert stats["ignore_global_conn_limit"]
    assert not {"bypass_overload_manager", "ignore_global_conn_limit"} & set(serving)


@pytest.mark.parametrize(
    "grpc", [pytest.param((), id="HTTP alone"), pytest.param(("s", "c"), id="with gRPC")]
)
def test_the_real_envoy_takes_the_configuration(tmp_path: Path, grpc: tuple[str, ...]) -> None:
    """All three files, at the place where the router mounts them."""
    found = routing(*grpc)
    for name, text in (
        ("envoy.json", bootstrap(START)),
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
