"""Routers as the operator sees them: they do what their ConfigMap says, under steady requests.

They read it when they start and when their pod is annotated, as kubelet refreshes volumes then.

Each router answers at the address of its pod on the ports of the real one; what they counted can
also be asked of a Prometheus of their own.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from dataclasses import dataclass, field
from functools import partial
from time import time

import aiohttp
from aiohttp import web
from cluster.scripted_node import Api, Raw
from envoy_pages import decision_page

from trainyard.clients.predictions import BUNDLE_HEADER
from trainyard.model_deployments.traffic.carrier import GENERATION
from trainyard.model_deployments.traffic.envoy import DECISION_PATH, STATS_PATH, STATS_PORT
from trainyard.model_deployments.traffic.mode import SERVING_PORT
from trainyard.ownership import OWNER, REVISION, ROLE

REQUESTS_PER_SECOND = 100
"""Of each router; all are answered well and within the first bucket."""
EDGES = ("5", "10", "+Inf")

Address = tuple[str, str]


@dataclass(slots=True)
class Router:
    """One router pod."""

    pod: Raw
    annotated: str | None = None
    """The decision in the pod's annotation when it read its configuration; None: it did not."""
    data: Raw = field(default_factory=dict)
    """Its configuration."""
    counts: dict[str, int] = field(default_factory=dict)
    """Requests by revision."""
    scraped: list[tuple[int, dict[str, int]]] = field(default_factory=list)
    """Time and counts, each second."""
    runners: list[web.AppRunner] = field(default_factory=list)

    @property
    def configuration(self) -> str:
        """Path of the ConfigMap that it follows."""
        metadata = self.pod["metadata"]
        name = f"{metadata['labels'][OWNER]}-router"
        return f"/api/v1/namespaces/{metadata['namespace']}/configmaps/{name}"

    @property
    def place(self) -> str:
        """Path of the pod."""
        metadata = self.pod["metadata"]
        return f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"

    async def close(self) -> None:
        """Answer no more."""
        for runner in self.runners:
            await runner.cleanup()


@dataclass(slots=True)
class Routers:
    """All routers of a test, and the model servers that they may reach."""

    api: Api
    routers: dict[str, Router] = field(default_factory=dict)
    """By uid of the pod."""
    servers: dict[Address, dict[str, str]] = field(default_factory=dict)
    """Namespace and revision → uid of a pod → the bundle that it serves."""
    prometheus: str = ""
    """URL, once `start` is through."""
    _runner: web.AppRunner | None = None
    _counting: asyncio.Task[None] | None = None
    _chance: random.Random = field(default_factory=lambda: random.Random(1))

    async def start(self) -> None:
        """Begin to count and to answer queries."""
        app = web.Application()
        app.router.add_post("/api/v1/query", self._query)
        self._runner = await _listen(app, "127.0.0.1", 0)
        self.prometheus = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._counting = asyncio.create_task(self._count())

    async def stop(self) -> None:
        """Close everything."""
        if self._counting:
            self._counting.cancel()
        for router in self.routers.values():
            await router.close()
        if self._runner:
            await self._runner.cleanup()

    async def pod_starts(self, pod: Raw, address: str) -> None:
        """Let the pod serve at this address."""
        metadata = pod["metadata"]
        if metadata["labels"].get(ROLE) == "router":
            router = self.routers[metadata["uid"]] = Router(pod)
            app = web.Application()
            app.router.add_get("/v2/models/{model}/example", _example)
            app.router.add_post("/v2/models/{model}/infer", partial(self._infer, router))
            router.runners.append(await _listen(app, address, SERVING_PORT))
            app = web.Application()
            app.router.add_get(DECISION_PATH, partial(self._decision, router))
            app.router.add_get(STATS_PATH, partial(self._stats, router))
            router.runners.append(await _listen(app, address, STATS_PORT))
            return
        (server,) = (c for c in pod["spec"]["containers"] if c["name"] == "server")
        bundle = {e["name"]: e.get("value", "") for e in server["env"]}["TRAINYARD_BUNDLE_DIGEST"]
        place = (metadata["namespace"], metadata["labels"][REVISION])
        self.servers.setdefault(place, {})[metadata["uid"]] = bundle

    async def pod_stops(self, pod: Raw) -> None:
        """Let the pod answer no more."""
        router = self.routers.pop(pod["metadata"]["uid"], None)
        if router:
            await router.close()
        for bundles in self.servers.values():
            bundles.pop(pod["metadata"]["uid"], None)

    async def _routes(self, router: Router) -> tuple[str, dict[str, int], list[str]]:
        """Return decision, weights by revision, and the clusters that the router knows."""
        pod = await self.api.ask("GET", router.place)
        annotated = (pod["metadata"].get("annotations") or {}).get(GENERATION, "")
        if annotated != router.annotated:
            router.data = (await self.api.ask("GET", router.configuration))["data"]
            router.annotated = annotated
        data = router.data
        clusters = [found["name"] for found in json.loads(data["clusters.json"])["resources"]]
        routes = json.loads(data["routes.json"])
        (serving,) = routes["resources"][0]["virtual_hosts"]
        route = serving["routes"][0].get("route", {})
        weighted = route.get("weighted_clusters", {}).get("clusters", ())
        return (
            routes["version_info"],
            {found["name"]: found["weight"] for found in weighted},
            clusters,
        )

    def _bundles(self, router: Router, revision: str) -> list[str]:
        place = (router.pod["metadata"]["namespace"], revision)
        return list(self.servers.get(place, {}).values())

    async def _infer(self, router: Router, request: web.Request) -> web.Response:
        _, weights, _ = await self._routes(router)
        if not weights:
            return web.Response(status=503)
        (revision,) = self._chance.choices(list(weights), list(weights.values()))
        bundles = self._bundles(router, revision)
        if not bundles:
            return web.Response(status=503)
        return web.json_response({"outputs": []}, headers={BUNDLE_HEADER: bundles[0]})

    async def _decision(self, router: Router, request: web.Request) -> web.Response:
        return web.Response(text=decision_page((await self._routes(router))[0]))

    async def _stats(self, router: Router, request: web.Request) -> web.Response:
        _, _, clusters = await self._routes(router)
        healthy = "envoy_cluster_membership_healthy"
        lines = [
            f'{healthy}{{envoy_cluster_name="{name}"}} {len(self._bundles(router, name))}'
            for name in clusters
        ]
        for labels, value in _series(router.counts):
            named = ",".join(f'{key}="{text}"' for key, text in labels.items() if key[0] != "_")
            lines.append(f"{labels['__name__']}{{{named}}} {value}")
        return web.Response(text="\n".join(lines) + "\n")

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(1)
            for router in list(self.routers.values()):
                await self._count_at(router)

    async def _count_at(self, router: Router) -> None:
        try:
            _, weights, _ = await self._routes(router)
        except (aiohttp.ClientError, TimeoutError):
            return  # its namespace is going
        for revision, weight in weights.items():
            more = REQUESTS_PER_SECOND * weight // 100
            router.counts[revision] = router.counts.get(revision, 0) + more
        router.scraped = [*router.scraped, (int(time()), dict(router.counts))][-300:]

    async def _query(self, request: web.Request) -> web.Response:
        form = await request.post()
        window = re.fullmatch(r".*\[(\d+)s\]", str(form["query"]))
        assert window, form["query"]
        until = float(str(form["time"]))
        series: dict[str, Raw] = {}
        for router in self.routers.values():
            for at, counts in router.scraped:
                if until - int(window[1]) < at <= until:
                    _add(series, router, at, counts)
        data = {"resultType": "matrix", "result": list(series.values())}
        return web.json_response({"status": "success", "data": data})


def _add(series: dict[str, Raw], router: Router, at: int, counts: dict[str, int]) -> None:
    metadata = router.pod["metadata"]
    place = {
        "namespace": metadata["namespace"],
        "pod": metadata["name"],
        "modeldeployment": metadata["labels"][OWNER],
    }
    for labels, value in _series(counts):
        metric = labels | place
        found = series.setdefault(json.dumps(metric), {"metric": metric, "values": []})
        found["values"].append([at, str(value)])


def _series(counts: dict[str, int]) -> list[tuple[dict[str, str], int]]:
    found = []
    for revision, count in counts.items():
        own = {"envoy_cluster_name": revision}
        answers = {"__name__": "envoy_cluster_upstream_rq_xx", "envoy_response_code_class": "2"}
        found.append((answers | own, count))
        bucket = {"__name__": "envoy_cluster_upstream_rq_time_bucket"}
        found += [(bucket | own | {"le": edge}, count) for edge in EDGES]
    return found


async def _listen(app: web.Application, host: str, port: int) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner


async def _example(request: web.Request) -> web.Response:
    return web.json_response({"inputs": []})
