"""How long does the page take for an answer, and until it shows a change?"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import monotonic

import aiohttp

from benchmarks.control_plane.api_server import ApiServer, process
from benchmarks.control_plane.kube_api import few_at_once, path_of
from benchmarks.page.objects import name_of, namespace_of, objects_of

PORT = 8099
_STARTS_WITHIN, _SHOWN_WITHIN = 120, 60


@dataclass(frozen=True, slots=True)
class Times:
    """Of one question, in milliseconds."""

    asked: int
    median: float
    p99: float
    p99_at_work: float
    """The same without the time in which the page, or who asks, waited for a free processor."""
    cpu: float
    """Of the page's process, for each: what a busy machine does not change."""


@dataclass(frozen=True, slots=True)
class PageFigures:
    """What one page of so many models takes."""

    models: int
    ready_seconds: float
    fleet: Times
    one_model: Times
    change: Times
    """From the write at the API server until the page of all models shows it."""
    memory_mib: float


async def measured(server: ApiServer, models: int, repeats: int) -> PageFigures:
    """What the page takes once the models are there."""
    await seed(server, models)
    begun = monotonic()
    async with _page(server) as (session, pid):
        ready = monotonic() - begun

        def one_of(number: int) -> str:
            """Each in turn: a page that was made already is handed out again."""
            return f"/models/{namespace_of(number % models)}/{name_of(number % models)}"

        return PageFigures(
            models,
            ready,
            fleet=await _times(pid, repeats, lambda _: _asked(session, "/")),
            one_model=await _times(pid, repeats, lambda n: _asked(session, one_of(n))),
            change=await _times(pid, repeats // 10, lambda n: _changed(server, session, n)),
            memory_mib=_memory(pid),
        )


async def seed(server: ApiServer, models: int) -> None:
    """The models are there."""
    spaces = sorted({namespace_of(number) for number in range(models)})
    body = {"apiVersion": "v1", "kind": "Namespace"}
    for space in spaces:
        await server.api.ask("POST", "/api/v1/namespaces", body | {"metadata": {"name": space}})
    every = (raw for number in range(models) for raw in objects_of(number))
    await few_at_once(
        server.api.ask("POST", path_of(raw["kind"], raw).rpartition("/")[0], raw) for raw in every
    )


@asynccontextmanager
async def _page(server: ApiServer) -> AsyncIterator[tuple[aiohttp.ClientSession, int]]:
    environment = {key: value for key, value in os.environ.items() if "KUBE" not in key} | {
        "TRAINYARD_KUBECONFIG": str(server.kubeconfig()),
        "TRAINYARD_PAGE_PORT": str(PORT),
    }
    command = (sys.executable, "-m", "trainyardpage")
    async with (
        process(command, server.folder, environment) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{PORT}") as session,
    ):
        async with asyncio.timeout(_STARTS_WITHIN):
            while not await _is_ready(session):  # noqa: ASYNC110 — another process
                await asyncio.sleep(0.05)
        yield session, running.pid


async def _is_ready(session: aiohttp.ClientSession) -> bool:
    try:
        async with session.get("/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


async def _asked(session: aiohttp.ClientSession, path: str) -> float:
    begun = monotonic()
    async with session.get(path) as answer:
        answer.raise_for_status()
        await answer.read()
    return (monotonic() - begun) * 1000


async def _changed(server: ApiServer, session: aiohttp.ClientSession, number: int) -> float:
    words = f"changed for the {number}th time"
    *_, raw = objects_of(0)
    condition = {"type": "Stalled", "status": "True", "reason": "No", "message": words}
    async with asyncio.timeout(_SHOWN_WITHIN), session.get("/events") as events:
        await events.content.readuntil(b"\n\n")
        begun = monotonic()
        await server.api.ask(
            "PATCH", path_of(raw["kind"], raw), {"status": {"conditions": [condition | _WHEN]}}
        )
        while True:
            await events.content.readuntil(b"\n\n")
            async with session.get("/") as answer:
                if words in await answer.text():
                    return (monotonic() - begun) * 1000


_WHEN = {"lastTransitionTime": "2026-05-04T10:00:00Z"}


async def _times(pid: int, count: int, ask: Callable[[int], Awaitable[float]]) -> Times:
    before = cpu_milliseconds(pid)
    taken, at_work = [], []
    for number in range(count):
        queued = _queued_milliseconds(pid)
        taken.append(await ask(number))
        at_work.append(max(0.0, taken[-1] - _queued_milliseconds(pid) + queued))
    used = (cpu_milliseconds(pid) - before) / count
    figures = (median(taken), _p99(taken), _p99(at_work), used)
    return Times(count, *(round(figure, 1) for figure in figures))


def _p99(taken: Sequence[float]) -> float:
    return quantiles(taken, n=100, method="inclusive")[98]


def _queued_milliseconds(pid: int) -> float:
    """How long the page and this process were ready to run while others ran."""
    files = (Path(f"/proc/{pid}/schedstat"), Path("/proc/self/schedstat"))
    return sum(int(file.read_text().split()[1]) for file in files) / 1e6


def cpu_milliseconds(pid: int) -> float:
    """Return what the process used of processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)
