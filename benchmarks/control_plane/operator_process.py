"""The operator as it runs in its pod: one process, its own settings, watched from outside."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import aiohttp

from benchmarks.control_plane.api_server import ended

PORT = 18080
QUIET_SECONDS = 3.0
QUIET_SHARE = 0.05
"""Settled: this much of a core, at most, for that long, and nothing left in the queue."""
CONTROLLER = "controller"
"""The label of a pass that says what was looked after."""
_LOOK_SECONDS = 0.25
_KIB = 1024


class NotSettled(Exception):
    """It went on working for longer than it was given."""


@dataclass(frozen=True, slots=True)
class Work:
    """What it took to settle."""

    wall: float
    """Seconds until the last work was done."""
    cpu: float
    """Seconds on a core."""


@dataclass(slots=True)
class OperatorProcess:
    """A running operator."""

    process: asyncio.subprocess.Process
    session: aiohttp.ClientSession
    _began: tuple[float, float] = (0.0, 0.0)

    def cpu_seconds(self) -> float:
        """What its threads have used, to the nanosecond."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks.iterdir()) / 1e9

    def memory_mib(self) -> tuple[float, float]:
        """What it holds now, and the most it ever held."""
        return memory_of(Path(f"/proc/{self.process.pid}/status").read_text())

    async def page(self, path: str) -> str:
        """A page of its own port; empty while there is none."""
        try:
            async with self.session.get(f"http://127.0.0.1:{PORT}{path}") as answer:
                return await answer.text() if answer.status == 200 else ""
        except (aiohttp.ClientError, TimeoutError):
            return ""

    async def passes(self) -> dict[str, float]:
        """How many passes it has made, by controller."""
        return by_label(await self.page("/metrics"), "trainyard_reconciles_total", CONTROLLER)

    async def lag_seconds(self) -> float:
        """The longest time in the last minute for which it held its event loop."""
        return total(await self.page("/metrics"), "trainyard_event_loop_lag_seconds")

    def begin(self) -> None:
        """Count wall and CPU of `settled` from now."""
        self._began = (monotonic(), self.cpu_seconds())

    async def settled(self, seconds: float) -> Work:
        """Wait until it has nothing to do; return what that took since `begin`.

        Raises NotSettled after so many seconds, or when the process ended.
        """
        samples = [(monotonic(), self.cpu_seconds())]
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            await asyncio.sleep(_LOOK_SECONDS)
            if self.process.returncode is not None:
                raise NotSettled(f"the operator ended with {self.process.returncode}")
            samples.append((monotonic(), self.cpu_seconds()))
            quiet = quiet_since(samples)
            if quiet is None or not await self.page("/readyz"):
                continue
            if await self._queue_is_empty():
                wall, cpu = quiet
                return Work(max(0.0, wall - self._began[0]), max(0.0, cpu - self._began[1]))
            samples = samples[-1:]
        raise NotSettled(f"still at work after {seconds:.0f} s")

    async def _queue_is_empty(self) -> bool:
        page = await self.page("/metrics")
        leading = total(page, "trainyard_leading") > 0
        return leading and total(page, "trainyard_queue_depth") == 0


def quiet_since(samples: list[tuple[float, float]]) -> tuple[float, float] | None:
    """The sample from which on it did next to nothing; None while that is not long enough."""
    now, cpu = samples[-1]
    before = [s for s in samples if s[0] <= now - QUIET_SECONDS]
    if not before:
        return None
    at, used = before[-1]
    return (at, used) if cpu - used <= QUIET_SHARE * (now - at) else None


@asynccontextmanager
async def operator_process(
    kubeconfig: Path, log: Path, settings: Mapping[str, str] | None = None
) -> AsyncIterator[OperatorProcess]:
    """Give a running operator with its default settings, but for these; afterwards it is gone."""
    kept = {key: value for key, value in os.environ.items() if "TRAINYARD" not in key}
    environment = kept | {
        "TRAINYARD_KUBECONFIG": str(kubeconfig),
        "TRAINYARD_STORE": "s3://models",
        "TRAINYARD_STORE_ENDPOINT": "http://store.invalid",
        "TRAINYARD_PORT": str(PORT),
        **(settings or {}),
    }
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "trainyard"), stdout=output, stderr=output, env=environment
        )
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        found = OperatorProcess(process, session)
        found.begin()
        try:
            yield found
        finally:
            await ended(process)


def memory_of(status: str) -> tuple[float, float]:
    """Resident and highest resident MiB from the text of /proc/PID/status."""
    kib = {
        m[1]: int(m[2]) for m in re.finditer(r"^(VmRSS|VmHWM):\s+(\d+) kB", status, re.MULTILINE)
    }
    return kib["VmRSS"] / _KIB, kib["VmHWM"] / _KIB


def samples_of(page: str, name: str) -> list[tuple[Mapping[str, str], float]]:
    """Labels and values of the metric on the page."""
    lines = re.finditer(rf"^{name}(?:{{(.*)}})? (\S+)$", page, re.MULTILINE)
    return [(dict(re.findall(r'(\w+)="([^"]*)"', m[1] or "")), float(m[2])) for m in lines]


def total(page: str, name: str) -> float:
    """The sum over all series of the metric."""
    return sum(value for _, value in samples_of(page, name))


def by_label(page: str, name: str, label: str) -> dict[str, float]:
    """The sums of the metric by one label."""
    found: dict[str, float] = {}
    for labels, value in samples_of(page, name):
        key = labels.get(label, "")
        found[key] = found.get(key, 0.0) + value
    return found
