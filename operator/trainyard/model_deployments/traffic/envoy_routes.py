"""Which request leads where, as a router is told it.

In this order: requests that `rollout.matches` means; calls over gRPC by weight; users that are
known by their cookie; everybody else by weight. Explanations lead where predictions of the same
user lead, and are counted apart from them while versions are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from trainyard.api.v1alpha1.rollout_status import TrafficShare
from trainyard.api.v1alpha1.traffic import StickyCookie, TrafficMatch
from trainyard.model_deployments.analysis.samples import (
    EXPLAIN_SUFFIX,
    GRPC_SUFFIX,
    MATCHED_SUFFIX,
    MIRROR_SUFFIX,
)
from trainyard.model_deployments.traffic.mode import Routing

TYPE = "type.googleapis.com/envoy"
GRPC_STATS = "envoy.filters.http.grpc_stats"
"""Counts calls by their status: for Envoy's other counters every answer over gRPC is a 200."""
REQUEST_TIMEOUT = "60s"
MIRRORED = "trainyard-mirrored"
"""Header of a copy: its answer reaches nobody, and it is no request of a user."""
_GRPC_STATS_ON = {
    GRPC_STATS: {"@type": f"{TYPE}.config.route.v3.FilterConfig", "config": {}},
}
_ANY = {"prefix": "/"}
_GRPC = {"prefix": "/", "grpc": {}}
_EXPLAIN = {"safe_regex": {"regex": "/v2/models/[^/]+(/versions/[^/]+)?/explain/?"}}
_REQUEST_ID = "x-request-id"
_NOT_READY = "no version of this model is ready yet"
_NO_GRPC = "no version of this model that serves speaks gRPC"


def serving_routes(routing: Routing) -> list[dict[str, Any]]:
    """Return the routes; the first one that fits a request is taken."""
    matched, over_http = _matched(routing), _over_http(routing)
    if _explains(routing):
        matched, over_http = _explained(matched), _explained(over_http)
    return [*matched, *_over_grpc(routing), *over_http]


def _explains(routing: Routing) -> bool:
    """Tell whether there are explanations to be counted apart: at rest nothing is compared."""
    shares = [s for s in routing.traffic if s.weight_percent or s.mirror_percent or s.matches]
    return routing.owner.spec.server.explain is not None and len(shares) > 1


def _explained(routes: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the routes, each behind one for explanations to the same versions, without copies."""
    for route in routes:
        if "route" in route and "grpc" not in route["match"]:
            weighted = route["route"]["weighted_clusters"]
            apart = [c | {"name": _explaining(c["name"])} for c in weighted["clusters"]]
            there = route["route"] | {"weighted_clusters": weighted | {"clusters": apart}}
            there.pop("request_mirror_policies", None)
            match = {k: v for k, v in route["match"].items() if k != "prefix"} | _EXPLAIN
            yield route | {"match": match, "route": there}
        yield route


def _explaining(cluster: str) -> str:
    return cluster.removesuffix(MATCHED_SUFFIX) + EXPLAIN_SUFFIX


def _matched(routing: Routing) -> Iterator[dict[str, Any]]:
    for share in routing.traffic:
        group = share.revision + MATCHED_SUFFIX
        for match in share.matches:
            headers = _header_matches(match)
            if routing.grpc_is_open and share.revision in routing.grpc:
                weights = {group + GRPC_SUFFIX: 100}
                yield _counted(_route(_GRPC | {"headers": headers}, weights, _NO_GRPC))
            yield _route(_ANY | {"headers": headers}, {group: 100}, _NOT_READY)


def _over_grpc(routing: Routing) -> Iterator[dict[str, Any]]:
    if routing.grpc:
        spoken = {s.revision + GRPC_SUFFIX: s.weight_percent for s in routing.grpc_traffic()}
        yield _counted(_route(_GRPC, spoken, _NO_GRPC))


def _over_http(routing: Routing) -> Iterator[dict[str, Any]]:
    weights = {s.revision: s.weight_percent for s in routing.traffic}
    plain = _mirroring(_route(_ANY, weights, _NOT_READY), routing.traffic)
    sticky = routing.owner.spec.traffic.sticky
    if sticky is None or sum(weight > 0 for weight in weights.values()) < 2:
        yield plain
        return
    cookie = sticky.cookie
    # In a header all cookies stand together; matched is the whole of it.
    named = _cookie_match(re.escape(cookie.name) + "=.*")
    assigned = plain | {"route": _assigned_by(cookie, plain["route"])}
    yield assigned | {"match": _ANY | {"headers": [named]}}
    yield assigned | {"response_headers_to_add": [_set_cookie(cookie)]}


def _assigned_by(cookie: StickyCookie, route: dict[str, Any]) -> dict[str, Any]:
    """Return the route with users assigned by a hash of the cookie: it always falls on the same
    place of a line that the weights divide here or there.

    Who has no cookie is assigned by the id of the request, which becomes the cookie.
    """
    weighted = route["weighted_clusters"] | {"use_hash_policy": True}
    return route | {
        "weighted_clusters": weighted,
        "hash_policy": [
            {"cookie": {"name": cookie.name}, "terminal": True},
            {"header": {"header_name": _REQUEST_ID}},
        ],
    }


def _set_cookie(cookie: StickyCookie) -> dict[str, Any]:
    value = f"{cookie.name}=%REQ({_REQUEST_ID})%; Max-Age={cookie.ttl_seconds}; Path=/; HttpOnly"
    return {
        "header": {"key": "set-cookie", "value": value},
        "append_action": "APPEND_IF_EXISTS_OR_ADD",
    }


def _mirroring(route: dict[str, Any], traffic: tuple[TrafficShare, ...]) -> dict[str, Any]:
    policies = [_mirror(share) for share in traffic if share.mirror_percent]
    if not policies or "route" not in route:
        return route
    return route | {"route": route["route"] | {"request_mirror_policies": policies}}


def _mirror(share: TrafficShare) -> dict[str, Any]:
    percent = {"numerator": share.mirror_percent, "denominator": "HUNDRED"}
    told = {
        "header": {"key": MIRRORED, "value": "true"},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    }
    return {
        "cluster": share.revision + MIRROR_SUFFIX,
        "runtime_fraction": {"default_value": percent},
        "request_headers_mutations": [{"append": told}],
        # The server is to see the request as the stable version sees it.
        "disable_shadow_host_suffix_append": True,
    }


def _header_matches(match: TrafficMatch) -> list[dict[str, Any]]:
    headers = [{"name": h.name, "string_match": {"exact": h.value}} for h in match.headers]
    cookies = (f"{re.escape(c.name)}={re.escape(c.value)}(;.*)?" for c in match.cookies)
    return [*headers, *(_cookie_match(cookie) for cookie in cookies)]


def _cookie_match(cookie: str) -> dict[str, Any]:
    regex = rf"(.*;\s*)?{cookie}"
    return {"name": "cookie", "string_match": {"safe_regex": {"regex": regex}}}


def _counted(route: dict[str, Any]) -> dict[str, Any]:
    """Return the route to revisions with calls counted; what Envoy answers itself is not.

    Before 1.36.9 an answer of Envoy's own to a request that the filter saw ended the process
    (CVE-2026-47204).
    """
    return route | {"typed_per_filter_config": _GRPC_STATS_ON} if "route" in route else route


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
    predicate = f"{TYPE}.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
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
