"""How soon does `trainyard get -w` draw a change, and what does watching cost?"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median
from time import monotonic

from benchmarks.control_plane.api_server import ApiServer
from benchmarks.control_plane.kube_api import path_of
from benchmarks.page.measuring import cpu_milliseconds, seed
from benchmarks.page.objects import namespace_of, objects_of

MODELS = 10
"""So many share a namespace, which is what the command draws."""
CHANGES, APART_SECONDS = 10, 2.0
_DRAWN_WITHIN = 60
_COLUMNS, _LINES = 200, 200


@dataclass(frozen=True, slots=True)
class TerminalFigures:
    """Of ten models with five versions each."""

    median_milliseconds: float
    """From the write at the API server until the terminal has the words."""
    most_milliseconds: float
    idle_percent: float
    """Of a core, while nothing changes."""
    changing_percent: float
    """Of a core, with a change every two seconds."""


async def measured_in_terminal(server: ApiServer) -> TerminalFigures:
    """What watching takes once the models are there."""
    await seed(server, MODELS)
    async with _watching(server) as (screen, pid):
        await _shows(screen, "m-00000")
        idle = await _share(pid, asyncio.sleep(CHANGES * APART_SECONDS))
        taken: list[float] = []
        changing = await _share(pid, _changes(server, screen, taken))
    return TerminalFigures(
        round(median(taken)), round(max(taken)), round(idle, 1), round(changing, 1)
    )


async def _changes(server: ApiServer, screen: asyncio.StreamReader, taken: list[float]) -> None:
    *_, raw = objects_of(0)
    for number in range(CHANGES):
        words, begun = f"change-{number}", monotonic()
        status = {"why": words}
        await server.api.ask("PATCH", path_of(raw["kind"], raw), {"status": status})
        await _shows(screen, words)
        taken.append((monotonic() - begun) * 1000)
        await asyncio.sleep(max(0.0, APART_SECONDS - (monotonic() - begun)))


async def _share(pid: int, work: Awaitable[object]) -> float:
    before, begun = cpu_milliseconds(pid), monotonic()
    await work
    return (cpu_milliseconds(pid) - before) / (monotonic() - begun) / 10


async def _shows(screen: asyncio.StreamReader, words: str) -> None:
    async with asyncio.timeout(_DRAWN_WITHIN):
        await screen.readuntil(words.encode())


@asynccontextmanager
async def _watching(server: ApiServer) -> AsyncIterator[tuple[asyncio.StreamReader, int]]:
    """A terminal of its own: without one nothing would be drawn again."""
    ours, theirs = os.openpty()
    environment = {key: value for key, value in os.environ.items() if "KUBE" not in key} | {
        "KUBECONFIG": str(server.kubeconfig()),
        "COLUMNS": str(_COLUMNS),
        "LINES": str(_LINES),
        "TERM": "xterm",
    }
    command = (sys.executable, "-m", "trainyardctl", "-n", namespace_of(0), "get", "-w")
    running = await asyncio.create_subprocess_exec(
        *command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    screen = asyncio.StreamReader(limit=2**24)
    reading, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(screen), os.fdopen(ours, "rb", buffering=0)
    )
    try:
        yield screen, running.pid
    finally:
        running.kill()
        await running.wait()
        reading.close()
