"""What the router is told while it runs: its clusters and its routes.

The settings are those that lost none of 60,000 requests through weight changes, scaling and
restarts: one STRICT_DNS cluster per revision refreshed each second, health checks each second
with thresholds of one, retries on another host.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic_core import to_json

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.model_deployments.analysis.samples import (
    APART,
    EXPLAIN_SUFFIX,
    GRPC_SUFFIX,
    MATCHED_SUFFIX,
    MIRROR_SUFFIX,
)
from trainyard.model_deployments.traffic.envoy_routes import TYPE, serving_routes
from trainyard.model_deployments.traffic.mode import GRPC_PORT, SERVING_PORT, Routing

FOLDER = "/trainyard/router"
ADMIN_PORT = 9901
"""Loopback only: whoever reaches it can end the process."""
STATS_PORT = 8081
DECISION_PATH = "/trainyard/decision"
STATS_PATH = "/stats/prometheus"
REACH_PATH = f"{STATS_PATH}?filter=membership_healthy"
HEALTHY_PODS = "envoy_cluster_membership_healthy"
"""Metric on the page at REACH_PATH: healthy pods by cluster."""
CONNECTIONS_PATH = f"{STATS_PATH}?filter=http.serving.downstream_cx_active"
CONNECTIONS = "envoy_http_downstream_cx_active"
"""Metric on the page at CONNECTIONS_PATH."""
USERS = {"envoy_http_conn_manager_prefix": "serving"}
"""Its label where it counts connections of users."""
READY_PATH = "/ready"
ROUTES = "serving"
ROUTES_VERSION = f"http.serving.rds.{ROUTES}.version_text"
BUFFER_BYTES = 64 << 10
"""Of a request or an answer, at most, each way. A longer request is passed on while it comes, and
is not tried again elsewhere once it was cut off."""


def clusters(routing: Routing) -> str:
    """Return the CDS file: one cluster per revision that has pods, and one more for its gRPC.

    While there are several revisions each has further clusters, of the same pods, for the requests
    that are counted apart: from the beginning of a release, so that no route ever leads nowhere.
    """
    plain = [_cluster(name, name) for name in routing.revisions]
    grpc = [_grpc_cluster(name, name) for name in sorted(routing.grpc)]
    if len(routing.revisions) > 1:
        explain = (EXPLAIN_SUFFIX,) if routing.owner.spec.server.explain is not None else ()
        groups = (*APART, *explain)
        plain += [_cluster(f"{name}{s}", name) for name in routing.revisions for s in groups]
        grpc += [_grpc_cluster(name + MATCHED_SUFFIX, name) for name in sorted(routing.grpc)]
    return _file(routing, [*plain, *grpc])


def cluster_names(revision: Revision, apart: frozenset[str]) -> frozenset[str]:
    """Return the clusters by which routers reach the revision, for these groups of requests too."""
    name = revision.revision
    plain = {name, *(f"{name}{suffix}" for suffix in apart)}
    over_http = {name + MIRROR_SUFFIX, name + EXPLAIN_SUFFIX}
    spoken = {f"{one}{GRPC_SUFFIX}" for one in plain - over_http}
    return frozenset(plain | spoken if revision.grpc else plain)


def routes(routing: Routing) -> str:
    """Return the RDS file: the weights, with the decision's number as its version."""
    configuration = {
        "@type": f"{TYPE}.config.route.v3.RouteConfiguration",
        "name": ROUTES,
        "virtual_hosts": [
            {"name": "serving", "domains": ["*"], "routes": serving_routes(routing)},
        ],
    }
    return _file(routing, [configuration])


def decision_of(page: str) -> int | None:
    """Return the number of the decision in force, from the page at DECISION_PATH."""
    name, _, version = page.strip().partition(": ")
    number = version.strip('"')
    return int(number) if name == ROUTES_VERSION and number.isdigit() else None


def _grpc_cluster(group: str, revision: str) -> dict[str, Any]:
    protocol = f"{TYPE}.extensions.upstreams.http.v3.HttpProtocolOptions"
    name = group + GRPC_SUFFIX
    plain = _cluster(name, revision)
    (check,) = plain["health_checks"]
    del check["http_health_check"]
    return plain | {
        "health_checks": [check | {"grpc_health_check": {}}],
        "load_assignment": assignment(name, revision, GRPC_PORT),
        "typed_extension_protocol_options": {
            protocol.removeprefix("type.googleapis.com/"): {
                "@type": protocol,
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
    }


def _cluster(name: str, revision: str) -> dict[str, Any]:
    """Return the cluster of this name over the pods of the revision."""
    return {
        "@type": f"{TYPE}.config.cluster.v3.Cluster",
        "name": name,
        "connect_timeout": "1s",
        "per_connection_buffer_limit_bytes": BUFFER_BYTES,
        "lb_policy": "LEAST_REQUEST",
        # Only where no pod is healthy are requests sent to the others.
        "common_lb_config": {"healthy_panic_threshold": {"value": 1}},
        "cluster_type": {
            "name": "envoy.clusters.dns",
            "typed_config": {
                "@type": f"{TYPE}.extensions.clusters.dns.v3.DnsCluster",
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
        "load_assignment": assignment(name, revision, SERVING_PORT),
    }


def assignment(cluster: str, host: str, port: int) -> dict[str, Any]:
    """Return the endpoint of the cluster."""
    endpoint = {"endpoint": {"address": address(host, port)}}
    return {"cluster_name": cluster, "endpoints": [{"lb_endpoints": [endpoint]}]}


def address(host: str, port: int) -> dict[str, Any]:
    """Return the address as Envoy spells it."""
    return {"socket_address": {"address": host, "port_value": port}}


def _file(routing: Routing, resources: Iterable[dict[str, Any]]) -> str:
    return text({"version_info": str(routing.generation), "resources": list(resources)})


def text(content: dict[str, Any]) -> str:
    """Return the file of the configuration."""
    return to_json(content, indent=1).decode() + "\n"
