"""An HTTP proxy between operator and API server that counts writes and makes faults."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import yaml
from aiohttp import web

READING = {"GET", "HEAD", "OPTIONS"}
HOP_BY_HOP = {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Content-Encoding"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that went through, and its status."""

    method: str
    path: str
    status: int
    name: str = ""
    """What a POST created, or was to create."""

    def is_write(self) -> bool:
        """Tell whether it changes the cluster; leases and Events are the operator's own affair."""
        own = "/leases/" in self.path or self.path.endswith(("/leases", "/events"))
        return self.method not in READING and not own


@dataclass(slots=True)
class Fault:
    """Answers matching requests itself, `times` times; `after` lets the API server act first.

    Status 0 is no answer at all: the connection is cut.
    """

    status: int
    method: str = ".*"
    path: str = ".*"
    times: int = 1_000_000
    after: bool = False

    def takes(self, request: web.Request) -> bool:
        """Tell whether this request meets the fault, and use the fault up."""
        if self.times <= 0 or not re.fullmatch(self.method, request.method):
            return False
        if not re.search(self.path, request.path_qs):
            return False
        self.times -= 1
        return True


@dataclass(slots=True)
class Proxy:
    """Runs between one operator and the API server; faults can be set at any time."""

    kubeconfig: Path
    exchanges: list[Exchange] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    after_write: Callable[[int], None] | None = None
    """Called with the number of writes so far, after the API server did it, before the answer."""
    after_change: Callable[[Exchange], Awaitable[None]] | None = None
    """Awaited after the API server did a change (Events too), before the answer; while it is set
    changes go one by one, and those that waited meanwhile are dropped once `lives` has risen."""
    lives: int = 0
    """Counted up by the test with each end of the operator."""
    stale: bool = False
    """Whether watches that start now are told that their version is too old (410)."""
    last_words: bytes = b""
    """What the next watch that starts says before it ends, once."""
    down: bool = False
    """Whether every connection is dropped without an answer."""
    port: int = 0
    _streams: set[asyncio.Task[None]] = field(default_factory=set)
    _silent: set[asyncio.Task[None]] = field(default_factory=set)
    """Streams that stay open and say nothing any more."""
    _one_change: asyncio.Lock = field(default_factory=asyncio.Lock)
    _runner: web.AppRunner | None = None
    _session: aiohttp.ClientSession | None = None
    _server: str = ""

    def writes(self) -> list[Exchange]:
        """Return the requests that changed the cluster, or tried to."""
        return [exchange for exchange in self.exchanges if exchange.is_write()]

    def cut_watches(self) -> None:
        """End all watches as a broken connection would."""
        for stream in self._streams:
            stream.cancel()

    def silence_watches(self) -> None:
        """Let all watches stay open and say nothing any more, as behind a line that is dead."""
        self._silent |= self._streams

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        self._server, tls = upstream(self.kubeconfig)
        connector = aiohttp.TCPConnector(ssl=tls, limit=0)
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close everything."""
        self.cut_watches()
        if self._runner:
            await self._runner.cleanup()
        if self._session:
            await self._session.close()

    def write_kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig that leads through this proxy."""
        cluster = {"server": f"http://127.0.0.1:{self.port}"}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "proxy", "cluster": cluster}],
            "users": [{"name": "proxy", "user": {}}],
            "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": "proxy"}}],
            "current-context": "proxy",
        }
        path.write_text(yaml.safe_dump(document))
        return path

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self.down:
            return self._drop(request)
        if request.query.get("watch"):
            return await self._watch(request)
        if self.after_change and request.method not in READING:
            return await self._change_one_by_one(request, self.after_change)
        fault = next((fault for fault in self.faults if fault.takes(request)), None)
        if fault and not fault.after:
            await self._record(request, _status_answer(fault.status))
            return self._drop(request) if not fault.status else _status_answer(fault.status)
        answer = await self._forward(request)
        await self._record(request, answer)
        if fault:
            return self._drop(request) if not fault.status else _status_answer(fault.status)
        return answer

    async def _change_one_by_one(
        self, request: web.Request, after: Callable[[Exchange], Awaitable[None]]
    ) -> web.StreamResponse:
        life = self.lives
        async with self._one_change:
            if life != self.lives or self.down:
                return self._drop(request)
            answer = await self._forward(request)
            await after(await self._record(request, answer))
        return answer if life == self.lives else self._drop(request)

    async def _forward(self, request: web.Request) -> web.Response:
        assert self._session
        headers = {key: value for key, value in request.headers.items() if key not in HOP_BY_HOP}
        async with self._session.request(
            request.method, self._url(request), headers=headers, data=await request.read() or None
        ) as answer:
            kept = {
                k: v
                for k, v in answer.headers.items()
                if k not in HOP_BY_HOP - {"Content-Encoding"}
            }
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        last_words, self.last_words = self.last_words, b""
        if self.stale or last_words:
            await response.prepare(request)
            await response.write(last_words or error_event(410))
            return response
        stream = asyncio.create_task(self._pump(request, response))
        self._streams.add(stream)
        try:
            await stream
        except (asyncio.CancelledError, aiohttp.ClientError):
            if request.transport:
                request.transport.abort()
        finally:
            self._streams.discard(stream)
            self._silent.discard(stream)
        return response

    async def _pump(self, request: web.Request, response: web.StreamResponse) -> None:
        assert self._session
        headers = {"Accept": request.headers.get("Accept", "*/*")}
        async with self._session.get(self._url(request), headers=headers) as answer:
            response.set_status(answer.status)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                if asyncio.current_task() not in self._silent:
                    await response.write(chunk)
            if asyncio.current_task() in self._silent:
                await asyncio.Event().wait()  # until it is cut

    async def _record(self, request: web.Request, answer: web.Response) -> Exchange:
        created = json.loads(await request.read()) if request.method == "POST" else {}
        name = created.get("metadata", {}).get("name", "")
        self.exchanges.append(Exchange(request.method, request.path, answer.status, name))
        if self.after_write and self.exchanges[-1].is_write():
            self.after_write(len(self.writes()))
        return self.exchanges[-1]

    def _drop(self, request: web.Request) -> web.Response:
        if request.transport:
            request.transport.abort()
        return web.Response(status=503)

    def _url(self, request: web.Request) -> str:
        return f"{self._server}{request.path_qs}"


def error_event(code: int) -> bytes:
    """Return the line by which a watch says that something went wrong."""
    status = {"kind": "Status", "code": code, "reason": "MadeUp", "status": "Failure"}
    return json.dumps({"type": "ERROR", "object": status}).encode() + b"\n"


def _status_answer(status: int) -> web.Response:
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status}
    return web.json_response({**body, "message": f"made up by the proxy: {status}"}, status=status)


def upstream(kubeconfig: Path) -> tuple[str, ssl.SSLContext]:
    """Return server and TLS of a kubeconfig with inline client certificates."""
    import base64
    import tempfile

    document = yaml.safe_load(kubeconfig.read_text())
    cluster = document["clusters"][0]["cluster"]
    user = document["users"][0]["user"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder, "crt"), Path(folder, "key")
        certificate.write_bytes(base64.b64decode(user["client-certificate-data"]))
        key.write_bytes(base64.b64decode(user["client-key-data"]))
        context.load_cert_chain(certificate, key)
    return cluster["server"], context
