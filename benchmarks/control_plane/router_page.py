"""What a router knows and shows: weights from its files, counters as Envoy words them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

STATS = "/stats/prometheus"
REQUESTS_PER_SECOND = 100
"""Of each router; each is answered well, within the tenth bucket."""
_ANSWERED_AT = 10
_NOBODY_CONNECTED = 'envoy_http_downstream_cx_active{envoy_http_conn_manager_prefix="serving"} 0'
_OTHER_LINES = 600
"""What a real router shows beside: about as many lines of other metrics."""


@dataclass(frozen=True, slots=True)
class Routes:
    """What the routers of one deployment were told."""

    path: str = ""
    """Where they say which version of the routes is in force."""
    version: str = ""
    """What they say there."""
    weights: Mapping[str, int] = field(default_factory=dict)
    """By revision."""
    clusters: Sequence[str] = ()
    edges: Sequence[str] = ()
    """Upper edges of the latency buckets."""


def routes_of(files: Mapping[str, str]) -> Routes:
    """What is in the files of a router."""
    routes, bootstrap = json.loads(files["routes.json"]), json.loads(files["envoy.json"])
    http = routes["resources"][0]["virtual_hosts"][-1]["routes"][-1].get("route", {})
    weighted = http.get("weighted_clusters", {}).get("clusters", ())
    settings = bootstrap["stats_config"]["histogram_bucket_settings"]
    path, statistic = _version_page(bootstrap)
    return Routes(
        path=path,
        version=f'{statistic}: "{routes["version_info"]}"\n',
        weights={found["name"]: found["weight"] for found in weighted},
        clusters=[found["name"] for found in json.loads(files["clusters.json"])["resources"]],
        edges=[*(str(edge) for edge in settings[0]["buckets"]), "+Inf"],
    )


def _version_page(bootstrap: Any) -> tuple[str, str]:
    """Path of the page with the version of the routes, and the statistic that it shows."""
    for listener in bootstrap["static_resources"]["listeners"]:
        settings = listener["filter_chains"][0]["filters"][0]["typed_config"]
        for host in settings.get("route_config", {}).get("virtual_hosts", ()):
            for route in host["routes"]:
                page = route["route"].get("prefix_rewrite", "")
                if shown := re.fullmatch(r"/stats\?filter=\^(.*)\$", page):
                    return route["match"]["path"], shown[1]
    raise LookupError("envoy.json shows the version of its routes nowhere")


@dataclass(slots=True)
class Counters:
    """What one router has counted under steady requests."""

    counts: dict[str, float] = field(default_factory=dict)
    """By revision."""
    _since: float = field(default_factory=monotonic)

    def count(self, weights: Mapping[str, int]) -> None:
        """Count the requests since the last call, by the weights that were in force."""
        now = monotonic()
        requests = REQUESTS_PER_SECOND * (now - self._since)
        self._since = now
        for revision, weight in weights.items():
            self.counts[revision] = self.counts.get(revision, 0.0) + requests * weight / 100


def page(routes: Routes, healthy: Mapping[str, int], counts: Mapping[str, float]) -> str:
    """The page of a router; `healthy`: ready pods by cluster."""
    lines = [
        f'envoy_cluster_membership_healthy{{envoy_cluster_name="{name}"}} {healthy.get(name, 0)}'
        for name in routes.clusters
    ]
    lines.append(_NOBODY_CONNECTED)
    for revision, count in counts.items():
        lines += _counted(routes.edges, revision, int(count))
    lines += [
        f'envoy_cluster_other_{number}{{envoy_cluster_name="x"}} 0'
        for number in range(_OTHER_LINES)
    ]
    return "\n".join(lines) + "\n"


def _counted(edges: Sequence[str], revision: str, count: int) -> Iterator[str]:
    name = f'envoy_cluster_name="{revision}"'
    yield f'envoy_cluster_upstream_rq_xx{{envoy_response_code_class="2",{name}}} {count}'
    for number, edge in enumerate(edges):
        below = count if number >= _ANSWERED_AT else 0
        yield f'envoy_cluster_upstream_rq_time_bucket{{{name},le="{edge}"}} {below}'
