"""What did it take until the operator had settled again? Read off from outside the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from benchmarks.control_plane.audit import AuditLog
from benchmarks.control_plane.figures import Episode
from benchmarks.control_plane.network import Network
from benchmarks.control_plane.operator_process import NotSettled, OperatorProcess, Work

SETTLES_WITHIN = 3600.0
ROUTERS = 2
"""Of each deployment: the counters of both are read for one comparison."""
_LAG_SECONDS = 50
"""The operator shows for how long its event loop was held in the last minute."""


@dataclass(slots=True)
class Meter:
    """Everything that can be read off while one operator runs."""

    operator: OperatorProcess
    audit: AuditLog
    network: Network
    _passes: Mapping[str, float] = field(default_factory=dict)
    _reads: int = 0
    _lag: float = 0.0

    async def of_start(self) -> Episode:
        """What the start of the process took, from its beginning."""
        async with self._watching_lag():
            work = await self.operator.settled(SETTLES_WITHIN)
        return await self._read(1, work)

    async def of(self, count: int, work: Callable[[], Coroutine[Any, Any, None]]) -> Episode:
        """What `work` and all that came of it took; `count`: how often something happened."""
        await self._begin()
        async with self._watching_lag():
            await self._while_it_runs(work())
            used = await self.operator.settled(SETTLES_WITHIN)
        return await self._read(count, used)

    async def of_rest(self, seconds: float) -> Episode:
        """What passes by itself in so much time, with nobody asking."""
        await self._begin()
        began, cpu = monotonic(), self.operator.cpu_seconds()
        await asyncio.sleep(seconds)
        used = Work(monotonic() - began, self.operator.cpu_seconds() - cpu)
        return await self._read(1, used)

    async def _while_it_runs(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work; raises NotSettled when the operator ends before."""
        process = self.operator.process
        doing, ended = asyncio.create_task(work), asyncio.create_task(process.wait())
        await asyncio.wait({doing, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not doing.done():
            doing.cancel()
            raise NotSettled(f"the operator ended with {process.returncode}")
        doing.result()

    @asynccontextmanager
    async def _watching_lag(self) -> AsyncIterator[None]:
        """See the lag of every minute until the end of the block."""

        async def watch() -> None:
            while True:
                await asyncio.sleep(_LAG_SECONDS)
                self._lag = max(self._lag, await self.operator.lag_seconds())

        task = asyncio.create_task(watch())
        try:
            yield
        finally:
            task.cancel()

    async def _begin(self) -> None:
        self._passes = await self.operator.passes()
        self._reads = self.network.counter_reads
        self._lag = 0.0
        self.audit.requests()
        self.operator.begin()

    async def _read(self, count: int, work: Work) -> Episode:
        requests = self.audit.requests()
        memory, peak = self.operator.memory_mib()
        lag = max(self._lag, await self.operator.lag_seconds())
        passes = await self.operator.passes()
        return Episode(
            count=count,
            wall=work.wall,
            cpu=work.cpu,
            requests=dict(requests),
            passes={kind: n - self._passes.get(kind, 0.0) for kind, n in passes.items()},
            lag_ms=lag * 1000,
            memory_mib=memory,
            peak_mib=peak,
            intervals=(self.network.counter_reads - self._reads) / ROUTERS,
        )
