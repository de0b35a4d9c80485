"""Stands between the operator and the API server, and makes the faults of the plans."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from benchmarks.control_plane.kube_api import KubeApi
from benchmarks.faults.disturbing import Disturbance
from benchmarks.faults.exchanges import Asked, asked
from benchmarks.faults.plans import Fault, Kind

_HOP_BY_HOP = {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Authorization"}
_TOO_OLD = json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": 410}}) + "\n"
_GARBAGE = "<html>\n"
_STALE_FOR = 3.0
"""Seconds for which watches that start are told that they are too late."""
_REASONS = {409: "Conflict", 422: "Invalid", 429: "TooManyRequests", 503: "ServiceUnavailable"}


@dataclass(slots=True)
class Proxy:
    """One operator's way to the API server."""

    api: KubeApi
    token: str
    """The operator's: it comes with none."""
    kill: Callable[[], None]
    """Kills the operator."""
    lives: dict[str, Disturbance] = field(default_factory=dict)
    """By namespace."""
    port: int = 0
    _streams: set[asyncio.Task[None]] = field(default_factory=set)
    _silent: set[asyncio.Task[None]] = field(default_factory=set)
    """Streams that stay open and say nothing any more."""
    _lags_until: float = 0.0
    """Until then watches and lists say nothing of what happens."""
    _stale_until: float = 0.0
    _garbage: bool = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer at `port` of this machine until the end of the block."""
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        try:
            yield
        finally:
            self._cut()
            await runner.cleanup()

    def kubeconfig(self, folder: Path) -> Path:
        """The operator's way in."""
        cluster = {"server": f"http://127.0.0.1:{self.port}"}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "own", "cluster": cluster}],
            "users": [{"name": "own", "user": {}}],
            "contexts": [{"name": "own", "context": {"cluster": "own", "user": "own"}}],
            "current-context": "own",
        }
        path = folder / "kubeconfig-of-the-proxy"
        path.write_text(json.dumps(document))
        return path

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("watch"):
            return await self._watch(request)
        if "resourceVersion" in request.query:
            return web.Response(status=400, text="a read that takes an older answer for granted")
        about = await _about(request)
        life = self.lives.get(about.namespace) if about else None
        if about is None or life is None:
            listed = await self._forward(request)
            if "limit" in request.query:
                await self._caught_up()
            return listed
        fault = life.of_request(about)
        try:
            answer = await self._disturbed(request, life, about, fault)
        except (aiohttp.ClientError, ConnectionError):  # the operator, or its server, is gone
            answer = _dropped(request)
        for found in life.of_operator():
            self._meet_operator(found)
        return answer

    async def _disturbed(
        self, request: web.Request, life: Disturbance, about: Asked, fault: Fault | None
    ) -> web.StreamResponse:
        kind = fault.kind if fault else None
        if fault is not None and kind in (Kind.RESET, Kind.REFUSAL):
            life.note(about, 0)
            return _refusal(fault.status) if kind is Kind.REFUSAL else _dropped(request)
        if fault is not None and kind is Kind.DELAY:
            await asyncio.sleep(fault.seconds)
        answer = await self._forward(request)
        life.note(about, answer.status)
        if fault is not None and kind is Kind.STALE_READ:
            await asyncio.sleep(fault.seconds)
        return _dropped(request) if kind is Kind.LOST_ANSWER else answer

    def _meet_operator(self, fault: Fault) -> None:
        if fault.kind is Kind.KILL:
            self.kill()
            return
        if fault.kind is Kind.SILENT_WATCHES:
            self._silent |= self._streams
            return
        if fault.kind is Kind.LAGGING_CACHE:
            self._lags_until = _now() + fault.seconds
            return
        if fault.kind is Kind.STALE_WATCHES:
            self._stale_until = _now() + _STALE_FOR
        self._garbage = self._garbage or fault.kind is Kind.GARBLED_WATCH
        self._cut()

    def _cut(self) -> None:
        for stream in self._streams:
            stream.cancel()

    async def _caught_up(self) -> None:
        await asyncio.sleep(max(0.0, self._lags_until - _now()))

    async def _forward(self, request: web.Request) -> web.Response:
        async with self.api.session.request(
            request.method,
            f"{self.api.server}{request.path_qs}",
            headers=self._headers(request),
            data=await request.read() or None,
        ) as answer:
            kept = {k: v for k, v in answer.headers.items() if k == "Content-Type"}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    def _headers(self, request: web.Request) -> dict[str, str]:
        kept = {k: v for k, v in request.headers.items() if k not in _HOP_BY_HOP}
        return kept | {"Authorization": f"Bearer {self.token}"}

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        stale = _now() < self._stale_until
        if stale or self._garbage:
            last_words = _GARBAGE if self._garbage else _TOO_OLD
            self._garbage = False
            await response.prepare(request)
            await response.write(last_words.encode())
            return response
        stream = asyncio.create_task(self._pump(request, response))
        self._streams.add(stream)
        try:
            await stream
        except (asyncio.CancelledError, aiohttp.ClientError, ConnectionError):
            if request.transport:
                request.transport.abort()
        finally:
            stream.cancel()
            self._streams.discard(stream)
            self._silent.discard(stream)
        return response

    async def _pump(self, request: web.Request, response: web.StreamResponse) -> None:
        url, headers = f"{self.api.server}{request.path_qs}", self._headers(request)
        timeout = aiohttp.ClientTimeout(total=None)
        async with self.api.session.get(url, headers=headers, timeout=timeout) as answer:
            response.set_status(answer.status)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await self._caught_up()
                if asyncio.current_task() not in self._silent:
                    await response.write(chunk)
            if asyncio.current_task() in self._silent:
                await asyncio.Event().wait()  # until it is cut


async def _about(request: web.Request) -> Asked | None:
    created = ""
    if request.method == "POST":
        created = json.loads(await request.read()).get("metadata", {}).get("name", "")
    return asked(request.method, request.path, created)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _refusal(status: int) -> web.Response:
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status}
    said = {"message": f"made up: {status}", "reason": _REASONS.get(status, "InternalError")}
    return web.json_response(body | said, status=status)


def _dropped(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response(status=503)
