"""The operator as a Deployment keeps it: whatever ends it, the next one starts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.control_plane.operator_process import OperatorProcess, operator_process
from benchmarks.faults.patience import LOOK_SECONDS

_SETTINGS = {"TRAINYARD_LEADER_ELECTION": "false"}
"""There is one. Without a processor it would lose its Lease again and again, and no plan has faults
for Leases."""


@dataclass(slots=True)
class Operator:
    """Whichever process is the operator now."""

    log: Path
    ends: Counter[int] = field(default_factory=Counter)
    """How often one ended with which exit code, by itself or killed."""
    answers: int = 0
    """How often one said that it is at work."""
    _running: OperatorProcess | None = None

    def kill(self) -> None:
        """End it as a lost node would."""
        if self._running is not None and self._running.process.returncode is None:
            with suppress(ProcessLookupError):
                self._running.process.kill()

    @asynccontextmanager
    async def running(self, kubeconfig: Path) -> AsyncIterator[None]:
        """Keep one running until the end of the block."""
        keeping = [asyncio.create_task(work) for work in (self._keep(kubeconfig), self._ask())]
        try:
            yield
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)

    async def _keep(self, kubeconfig: Path) -> None:
        while True:
            async with operator_process(kubeconfig, self.log, _SETTINGS) as found:
                self._running = found
                self.ends[await found.process.wait()] += 1

    async def _ask(self) -> None:
        """One that is starting, or has no processor, does not answer."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._running is not None and await self._running.page("/readyz"):
                self.answers += 1
