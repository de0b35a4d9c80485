"""What the router is told: Envoy's start-up configuration, its clusters and its routes.

The settings are those that lost none of 60,000 requests through weight changes, scaling and
restarts: one STRICT_DNS cluster per revision refreshed each second, health checks each second
with thresholds of one, retries on another host.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.model_deployments.traffic.backend import GRPC_PORT, SERVING_PORT, Routing

FOLDER = "/trainyard/router"
ADMIN_PORT = 9901
"""Loopback only: whoever reaches it can end the process."""
STATS_PORT = 8081
DECISION_PATH = "/trainyard/decision"
STATS_PATH = "/stats/prometheus"
READY_PATH = "/ready"
DECISION_HOST = "decision.trainyard.internal"
ROUTES = "serving"
GRPC_SUFFIX = "-grpc"
"""Ends the name of a revision's cluster for gRPC; names of revisions end in hex digits."""
REQUEST_TIMEOUT = "60s"
LATENCY_EDGES_MS = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 19, 24, 30, 37, 46, 58, 72, 90, 112, 140),
    *(175, 219, 274, 342, 428, 535, 669, 836, 1045, 1306, 1633, 2041, 2551, 3189),
    *(3986, 4983, 6229, 7786, 9733, 15000),
)
"""Upper edges of the latency buckets, a quarter apart: fine enough to see +25 %."""

_TYPE = "type.googleapis.com/envoy"
_HTTP = f"{_TYPE}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
# Counts calls by their status: for Envoy's other counters every answer over gRPC is a 200.
_GRPC_STATS_FILTER = {
    "name": "envoy.filters.http.grpc_stats",
    "typed_config": {
        "@type": f"{_TYPE}.extensions.filters.http.grpc_stats.v3.FilterConfig",
        "stats_for_all_methods": False,
    },
}
_ROUTER_FILTER = {
    "name": "envoy.filters.http.router",
    "typed_config": {"@type": f"{_TYPE}.extensions.filters.http.router.v3.Router"},
}


def bootstrap() -> str:
    """Return the configuration Envoy starts with; the rest comes from the files beside it."""
    return _text(
        {
            "node": {"id": "router", "cluster": "trainyard"},
            "admin": {"address": _address("127.0.0.1", ADMIN_PORT)},
            "stats_config": {
                "histogram_bucket_settings": [
                    {"match": {"suffix": "upstream_rq_time"}, "buckets": list(LATENCY_EDGES_MS)}
                ]
            },
            "dynamic_resources": {"cds_config": _from_file("clusters.json")},
            "static_resources": {
                "clusters": [_local("admin", ADMIN_PORT), _local("self", SERVING_PORT)],
                "listeners": [
                    _listener("serving", SERVING_PORT, _serving_connections()),
                    _listener("stats", STATS_PORT, {"route_config": _stats_routes()}),
                ],
            },
        }
    )


def clusters(routing: Routing) -> str:
    """Return the CDS file: one cluster per revision that has pods, and one more for its gRPC."""
    plain = [_cluster(revision) for revision in routing.revisions]
    return _file(routing, [*plain, *(_grpc_cluster(name) for name in sorted(routing.grpc))])


def cluster_names(revision: Revision) -> frozenset[str]:
    """Return the clusters by which routers reach the revision."""
    name = revision.revision
    return frozenset({name, name + GRPC_SUFFIX} if revision.grpc else {name})


def routes(routing: Routing) -> str:
    """Return the RDS file: the weights, and the decision's number in the same piece.

    The stats listener asks the serving listener for the number (a host name nobody else uses), so
    what it reports is what the serving listener does.
    """
    decision = {
        "match": {"path": DECISION_PATH},
        "direct_response": {"status": 200, "body": {"inline_string": str(routing.decision)}},
    }
    configuration = {
        "@type": f"{_TYPE}.config.route.v3.RouteConfiguration",
        "name": ROUTES,
        "virtual_hosts": [
            {"name": "decision", "domains": [DECISION_HOST], "routes": [decision]},
            {"name": "serving", "domains": ["*"], "routes": _serving_routes(routing)},
        ],
    }
    return _file(routing, [configuration])


def _serving_routes(routing: Routing) -> list[dict[str, Any]]:
    weights = {s.revision: s.weight_percent for s in routing.traffic}
    http = _route({"prefix": "/"}, weights, "no version of this model is ready yet\n")
    if not routing.grpc:
        return [http]
    spoken = {s.revision + GRPC_SUFFIX: s.weight_percent for s in routing.grpc_traffic()}
    nobody = "no version of this model that serves speaks gRPC"
    return [_route({"prefix": "/", "grpc": {}}, spoken, nobody), http]


def _route(match: dict[str, Any], weights: Mapping[str, int], nobody: str) -> dict[str, Any]:
    """Return the route to these clusters; `nobody`: what is said where none has a weight."""
    weighted = [{"name": name, "weight": weight} for name, weight in weights.items() if weight > 0]
    if not weighted:
        body = {"inline_string": nobody}
        return {"match": match, "direct_response": {"status": 503, "body": body}}
    return {
        "match": match,
        "route": {
            "weighted_clusters": {"clusters": weighted},
            "timeout": REQUEST_TIMEOUT,
            "retry_policy": _retries(),
        },
    }


def _retries() -> dict[str, Any]:
    """Return the retry policy; a prediction has no side effects, so any reset may be retried."""
    predicate = f"{_TYPE}.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    return {
        "retry_on": "connect-failure,refused-stream,reset-before-request,reset",
        "num_retries": 3,
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": {"@type": predicate},
            }
        ],
        "host_selection_retry_max_attempts": "5",
    }


def _grpc_cluster(revision: str) -> dict[str, Any]:
    protocol = f"{_TYPE}.extensions.upstreams.http.v3.HttpProtocolOptions"
    name = revision + GRPC_SUFFIX
    plain = _cluster(revision)
    (check,) = plain["health_checks"]
    del check["http_health_check"]
    return plain | {
        "name": name,
        "health_checks": [check | {"grpc_health_check": {}}],
        "load_assignment": _assignment(name, revision, GRPC_PORT),
        "typed_extension_protocol_options": {
            protocol.removeprefix("type.googleapis.com/"): {
                "@type": protocol,
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
    }


def _cluster(revision: str) -> dict[str, Any]:
    return {
        "@type": f"{_TYPE}.config.cluster.v3.Cluster",
        "name": revision,
        "connect_timeout": "1s",
        "lb_policy": "LEAST_REQUEST",
        # Only where no pod is healthy are requests sent to the others.
        "common_lb_config": {"healthy_panic_threshold": {"value": 1}},
        "cluster_type": {
            "name": "envoy.clusters.dns",
            "typed_config": {
                "@type": f"{_TYPE}.extensions.clusters.dns.v3.DnsCluster",
                "dns_refresh_rate": "1s",
                "respect_dns_ttl": False,
                "dns_lookup_family": "V4_PREFERRED",
            },
        },
        "circuit_breakers": {
            "thresholds": [{"max_requests": 4096, "max_pending_requests": 4096, "max_retries": 64}]
        },
        "health_checks": [
            {
                "timeout": "1s",
                "interval": "1s",
                "no_traffic_interval": "1s",
                "healthy_threshold": 1,
                "unhealthy_threshold": 1,
                "http_health_check": {"path": "/v2/health/ready"},
            }
        ],
        "load_assignment": _assignment(revision, revision, SERVING_PORT),
    }


def _stats_routes() -> dict[str, Any]:
    admin = [
        {"match": {"path": path}, "route": {"cluster": "admin"}}
        for path in (STATS_PATH, READY_PATH)
    ]
    decision = {
        "match": {"path": DECISION_PATH},
        "route": {"cluster": "self", "host_rewrite_literal": DECISION_HOST},
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
        "address": _address("0.0.0.0", port),
        "filter_chains": [{"filters": [network]}],
    }


def _serving_connections() -> dict[str, Any]:
    """Return what is special about users' connections: HTTP/1.1 or HTTP/2, as they begin."""
    return {
        "rds": _route_source(),
        "http_filters": [_GRPC_STATS_FILTER, _ROUTER_FILTER],
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


def _local(name: str, port: int) -> dict[str, Any]:
    return {
        "name": name,
        "connect_timeout": "1s",
        "load_assignment": _assignment(name, "127.0.0.1", port),
    }


def _assignment(cluster: str, host: str, port: int) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": _address(host, port)}}
    return {"cluster_name": cluster, "endpoints": [{"lb_endpoints": [endpoint]}]}


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}


def _file(routing: Routing, resources: Iterable[dict[str, Any]]) -> str:
    return _text({"version_info": str(routing.decision), "resources": list(resources)})


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1) + "\n"
