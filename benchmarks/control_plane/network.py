"""Answers for every played pod and every Service: routers, model servers, and what leads to them.

One socket per port takes whatever is sent to it; the address that was asked says whom.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address

import aiohttp
from aiohttp import web

from benchmarks.control_plane.kube_api import KubeApi, Raw, collection
from benchmarks.control_plane.router_page import STATS, Counters, Routes, page, routes_of
from benchmarks.control_plane.server_page import METRICS, LiveRows

_FIRST = int(IPv4Address("10.1.0.0"))
_PORTS = (80, 8080, 8081)
_OURS = "labelSelector=app.kubernetes.io/managed-by%3Dtrainyard"
_OWNER, _REVISION, _ROLE = (f"trainyard.dev/{name}" for name in ("owner", "revision", "role"))
_BUNDLE_VARIABLE = "TRAINYARD_BUNDLE_DIGEST"
_BUNDLE_HEADER = "trainyard-bundle"

Owner = tuple[str, str]
"""Namespace and name of a ModelDeployment."""


@dataclass(frozen=True, slots=True)
class Played:
    """A pod that serves."""

    owner: Owner
    labels: dict[str, str]
    bundle: str = ""
    """Which bundle a model server serves; empty: it is a router."""
    counters: Counters = field(default_factory=Counters)
    live: LiveRows = field(default_factory=LiveRows)


@dataclass(slots=True)
class Network:
    """Everything that answers."""

    api: KubeApi
    counter_reads: int = 0
    """How often a router's counters were read."""
    _next: int = _FIRST
    _pods: dict[str, Played] = field(default_factory=dict)
    """By address."""
    _addresses: dict[str, str] = field(default_factory=dict)
    """By uid of the pod."""
    _by_owner: dict[Owner, dict[str, Played]] = field(default_factory=dict)
    _selectors: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    """Namespace and selector by address of the Service."""
    _routes: dict[Owner, Routes] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311

    def new_address(self) -> str:
        """An address that no pod had before."""
        self._next += 1
        return str(IPv4Address(self._next))

    def pod_serves(self, pod: Raw, address: str) -> None:
        """From now on the pod answers at the address."""
        labels = pod["metadata"]["labels"]
        variables = {
            variable["name"]: variable.get("value", "")
            for container in pod["spec"]["containers"]
            for variable in container.get("env") or ()
        }
        owner = pod["metadata"]["namespace"], labels[_OWNER]
        played = Played(owner, labels, variables.get(_BUNDLE_VARIABLE, ""))
        self._pods[address] = played
        self._addresses[pod["metadata"]["uid"]] = address
        self._by_owner.setdefault(owner, {})[address] = played

    def pod_is_gone(self, pod: Raw) -> None:
        """It answers no more."""
        address = self._addresses.pop(pod["metadata"]["uid"], "")
        played = self._pods.pop(address, None)
        if played:
            del self._by_owner[played.owner][address]

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Answer until the end of the block."""
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        for port in _PORTS:
            await web.TCPSite(runner, "0.0.0.0", port).start()
        watches = [
            asyncio.create_task(self._watch("Service")),
            asyncio.create_task(self._watch("ConfigMap")),
        ]
        try:
            yield
        finally:
            for task in watches:
                task.cancel()
            await asyncio.gather(*watches, return_exceptions=True)
            await runner.cleanup()

    async def _watch(self, kind: str) -> None:
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async for type_, raw in self.api.watch(f"{collection(kind)}?{_OURS}&watch=1"):
                    if type_ in {"ADDED", "MODIFIED"}:
                        self._learn(kind, raw)
            await asyncio.sleep(0.2)

    def _learn(self, kind: str, raw: Raw) -> None:
        metadata = raw["metadata"]
        if kind == "Service":
            spec = raw["spec"]
            self._selectors[spec["clusterIP"]] = (metadata["namespace"], spec.get("selector") or {})
        elif "routes.json" in (raw.get("data") or {}):
            owner = metadata["namespace"], metadata["labels"][_OWNER]
            self._count(owner)
            self._routes[owner] = routes_of(raw["data"])

    def _count(self, owner: Owner) -> None:
        routes = self._routes.get(owner, Routes())
        for pod in self._by_owner.get(owner, {}).values():
            if not pod.bundle:
                pod.counters.count(routes.weights)

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/v2/models/{model}/example", _example)
        app.router.add_post("/v2/models/{model}/infer", self._infer)
        app.router.add_get(METRICS, self._server)
        app.router.add_get("/{path:.*}", self._router)
        return app

    async def _server(self, request: web.Request) -> web.Response:
        pod = self._pods.get(_asked(request))
        if pod is None or not pod.bundle:
            return web.Response(status=404)
        return web.Response(text=pod.live.page(pod.labels[_REVISION]))

    async def _router(self, request: web.Request) -> web.Response:
        pod = self._pods.get(_asked(request))
        routes = self._routes.get(pod.owner) if pod else None
        if pod is None or routes is None:
            return web.Response(status=404)
        if request.path == routes.path:
            return web.Response(text=routes.version)
        if request.path != STATS:
            return web.Response(status=404)
        self._count(pod.owner)
        self.counter_reads += "filter" not in request.query
        healthy = {name: len(list(self._servers(pod.owner, name))) for name in routes.clusters}
        return web.Response(text=page(routes, healthy, pod.counters.counts))

    async def _infer(self, request: web.Request) -> web.Response:
        bundle = self._bundle_behind(_asked(request))
        if not bundle:
            return web.Response(status=503)
        return web.json_response({"outputs": []}, headers={_BUNDLE_HEADER: bundle})

    def _bundle_behind(self, address: str) -> str:
        """The bundle that answers at the address of a Service or pod; empty: nobody does."""
        pod = self._pods.get(address) or self._behind_service(address)
        if pod is None or pod.bundle:
            return pod.bundle if pod else ""
        weights = self._routes.get(pod.owner, Routes()).weights
        if not weights:
            return ""
        (revision,) = self._chance.choices(list(weights), list(weights.values()))
        return next((server.bundle for server in self._servers(pod.owner, revision)), "")

    def _behind_service(self, address: str) -> Played | None:
        namespace, selector = self._selectors.get(address, ("", {}))
        owner = namespace, selector.get(_OWNER, "")
        pods = self._by_owner.get(owner, {}).values()
        return next((pod for pod in pods if selector.items() <= pod.labels.items()), None)

    def _servers(self, owner: Owner, revision: str) -> Iterator[Played]:
        for pod in self._by_owner.get(owner, {}).values():
            if pod.bundle and pod.labels.get(_REVISION) == revision:
                yield pod


def _asked(request: web.Request) -> str:
    """The address that the request was sent to."""
    return str(request.get_extra_info("sockname")[0])


async def _example(request: web.Request) -> web.Response:  # noqa: ARG001
    return web.json_response({"inputs": []})
