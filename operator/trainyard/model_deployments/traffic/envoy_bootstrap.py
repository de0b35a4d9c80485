"""What does a router start with? Listeners, bounds on what they hold, and where the rest stands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from trainyard.api.v1alpha1.traffic import ClientLimit
from trainyard.model_deployments.traffic.envoy import (
    ADMIN_PORT,
    BUFFER_BYTES,
    DECISION_PATH,
    FOLDER,
    READY_PATH,
    ROUTES,
    ROUTES_VERSION,
    STATS_PATH,
    STATS_PORT,
    address,
    assignment,
    text,
)
from trainyard.model_deployments.traffic.envoy_client_limit import client_address, client_limit
from trainyard.model_deployments.traffic.envoy_replies import local_replies
from trainyard.model_deployments.traffic.envoy_routes import GRPC_STATS, TYPE
from trainyard.model_deployments.traffic.mode import SERVING_PORT

MEMORY_LIMIT = "512Mi"
"""Of the container, where the spec names no other."""
OWN_BYTES = 64 << 20
"""What Envoy has mapped before the first user comes."""
BYTES_PER_CONNECTION = 256 << 10
"""Of the memory limit: room for a buffer on either side, and for what else a connection holds."""
IDLE_SECONDS = 120
"""As long as the model server keeps a connection on which nothing is asked."""
IDLE_SECONDS_WHEN_FULL = 5
FILLING, FULL = 0.5, 0.8
"""Parts of most_connections between which silent ones are kept for less and less: who holds them
all keeps nobody out for longer than that."""
HEADERS_SECONDS = 20
"""Time to send the head of a request, as at the model server: who holds one back, holds memory."""
SILENT_SECONDS = 75
"""Between two pieces of a request or an answer; predictions take REQUEST_TIMEOUT at most."""
LATENCY_EDGES_MS = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 19, 24, 30, 37, 46, 58, 72, 90, 112, 140),
    *(175, 219, 274, 342, 428, 535, 669, 836, 1045, 1306, 1633, 2041, 2551, 3189),
    *(3986, 4983, 6229, 7786, 9733, 15000),
)
"""Upper edges of the latency buckets, a quarter apart: fine enough to see +25 %."""

_HEAP = "envoy.resource_monitors.fixed_heap"
_CONNECTIONS = "envoy.resource_monitors.global_downstream_max_connections"
_HTTP = f"{TYPE}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
# Off but for routes that send calls to a revision, which switch it on.
_GRPC_STATS_FILTER = {
    "name": GRPC_STATS,
    "disabled": True,
    "typed_config": {
        "@type": f"{TYPE}.extensions.filters.http.grpc_stats.v3.FilterConfig",
        "stats_for_all_methods": False,
    },
}
_ROUTER_FILTER = {
    "name": "envoy.filters.http.router",
    "typed_config": {"@type": f"{TYPE}.extensions.filters.http.router.v3.Router"},
}


def heap_bytes(memory: int) -> int:
    """Return the heap near which users are turned away, given the container's memory."""
    return (memory - OWN_BYTES) * 7 // 8


def most_connections(memory: int) -> int:
    """Return how many users may be connected to one router, given its memory."""
    return memory // BYTES_PER_CONNECTION


@dataclass(frozen=True, slots=True)
class Start:
    """What routers are started with; they are replaced where it changes."""

    memory: int
    """Bytes of the container."""
    connection_age: int
    """Seconds after which a user's connection ends: over HTTP/1 with its next answer."""
    identifies: bool = False
    """Whether every request gets an identifier."""
    limit: ClientLimit | None = None
    """How many requests one client may make."""


@cache
def bootstrap(start: Start) -> str:
    """Return the configuration Envoy starts with; the rest comes from the files beside it."""
    return text(
        {
            "node": {"id": "router", "cluster": "trainyard"},
            "admin": {"address": address("127.0.0.1", ADMIN_PORT)},
            "stats_config": {
                "histogram_bucket_settings": [
                    {"match": {"suffix": "upstream_rq_time"}, "buckets": list(LATENCY_EDGES_MS)}
                ]
            },
            "overload_manager": _overload_manager(start.memory),
            "dynamic_resources": {"cds_config": _from_file("clusters.json")},
            "static_resources": {
                "clusters": [_admin_cluster()],
                "listeners": [
                    _listener("serving", SERVING_PORT, _serving_connections(start)),
                    # Who asks how it fares gets an answer also where users are turned away.
                    _listener("stats", STATS_PORT, {"route_config": _stats_routes()})
                    | {"ignore_global_conn_limit": True, "bypass_overload_manager": True},
                ],
            },
        }
    )


@cache
def bootstrap_digest(start: Start) -> str:
    """Return a short text that changes with the configuration Envoy starts with."""
    return hashlib.sha256(bootstrap(start).encode()).hexdigest()[:16]


def _overload_manager(memory: int) -> dict[str, Any]:
    """Return what is done before the memory, or all connections, are used up.

    Without memory the process would end: first idle memory is given back, then connections end
    with their next answer, then requests are answered 503. Where connections are short, those on
    which nothing is asked make room.
    """
    return {
        "refresh_interval": "0.25s",
        "resource_monitors": [
            _monitor(
                _HEAP, "fixed_heap.v3.FixedHeapConfig", max_heap_size_bytes=heap_bytes(memory)
            ),
            _monitor(
                _CONNECTIONS,
                "downstream_connections.v3.DownstreamConnectionsConfig",
                max_active_downstream_connections=most_connections(memory),
            ),
        ],
        "actions": [
            _action("shrink_heap", _HEAP, threshold={"value": 0.7}),
            _action("disable_http_keepalive", _HEAP, threshold={"value": 0.85}),
            _action("stop_accepting_requests", _HEAP, threshold={"value": 0.95}),
            _shorter_silence(),
        ],
    }


def _monitor(name: str, config: str, **settings: int) -> dict[str, Any]:
    typed = {"@type": f"{TYPE}.extensions.resource_monitors.{config}"}
    return {"name": name, "typed_config": typed | settings}


def _action(name: str, monitor: str, **trigger: Any) -> dict[str, Any]:
    triggers = [{"name": monitor} | trigger]
    return {"name": f"envoy.overload_actions.{name}", "triggers": triggers}


def _shorter_silence() -> dict[str, Any]:
    """Return the action that closes silent connections the sooner the more there are."""
    thresholds = {"scaling_threshold": FILLING, "saturation_threshold": FULL}
    silent = {
        "timer": "HTTP_DOWNSTREAM_CONNECTION_IDLE",
        "min_timeout": f"{IDLE_SECONDS_WHEN_FULL}s",
    }
    typed = {
        "@type": f"{TYPE}.config.overload.v3.ScaleTimersOverloadActionConfig",
        "timer_scale_factors": [silent],
    }
    return _action("reduce_timeouts", _CONNECTIONS, scaled=thresholds) | {"typed_config": typed}


def _stats_routes() -> dict[str, Any]:
    admin = [
        {"match": {"path": path}, "route": {"cluster": "admin"}}
        for path in (STATS_PATH, READY_PATH)
    ]
    # Envoy shows a version once it is handed to the worker; there is one, and it also passes this
    # page on, so what the page says is what the next request meets.
    decision = {
        "match": {"path": DECISION_PATH},
        "route": {"cluster": "admin", "prefix_rewrite": f"/stats?filter=^{ROUTES_VERSION}$"},
    }
    host = {"name": "stats", "domains": ["*"], "routes": [*admin, decision]}
    return {"name": "stats", "virtual_hosts": [host]}


def _listener(name: str, port: int, routing: dict[str, Any]) -> dict[str, Any]:
    connections = {"@type": _HTTP, "stat_prefix": name, "http_filters": [_ROUTER_FILTER]}
    network = {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": connections | routing,
    }
    return {
        "name": name,
        "address": address("0.0.0.0", port),
        "per_connection_buffer_limit_bytes": BUFFER_BYTES,
        "filter_chains": [{"filters": [network]}],
    }


def _serving_connections(start: Start) -> dict[str, Any]:
    """Return what is special about users' connections: HTTP/1.1 or HTTP/2, as they begin."""
    limits = [client_limit(start.limit)] if start.limit else []
    return (client_address(start.limit) if start.limit else {}) | {
        "rds": _route_source(),
        "http_filters": [*limits, _GRPC_STATS_FILTER, _ROUTER_FILTER],
        "common_http_protocol_options": {
            "idle_timeout": f"{IDLE_SECONDS}s",
            "max_connection_duration": f"{start.connection_age}s",
        },
        # Else a connection is closed that a request may be on its way on.
        "http1_safe_max_connection_duration": True,
        "request_headers_timeout": f"{HEADERS_SECONDS}s",
        "stream_idle_timeout": f"{SILENT_SECONDS}s",
        "local_reply_config": local_replies(),
        # ApacheBench and, by default, nginx speak HTTP/1.0 to what is behind them.
        "http_protocol_options": {"accept_http_10": True, "default_host_for_http_10": "model"},
        # Unless it is needed, who has no identifier of a request gets none: making, sending,
        # reading and echoing one is work for each of them.
        "generate_request_id": start.identifies,
        # Envoy's advice for clients that are not trusted: bounds on what one connection holds.
        "http2_protocol_options": {
            "max_concurrent_streams": 256,
            "initial_stream_window_size": 65536,
            "initial_connection_window_size": 1048576,
        },
    }


def _route_source() -> dict[str, Any]:
    return {"route_config_name": ROUTES, "config_source": _from_file("routes.json")}


def _from_file(name: str) -> dict[str, Any]:
    folder = {"path": FOLDER}
    return {"path_config_source": {"path": f"{FOLDER}/{name}", "watched_directory": folder}}


def _admin_cluster() -> dict[str, Any]:
    return {
        "name": "admin",
        "connect_timeout": "1s",
        "load_assignment": assignment("admin", "127.0.0.1", ADMIN_PORT),
    }
