"""The operator as a Deployment keeps it: whatever ends it, the next one starts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.control_plane.operator_process import operator_process


@dataclass(slots=True)
class Operator:
    """Whichever process is the operator now."""

    log: Path
    ends: Counter[int] = field(default_factory=Counter)
    """How often one ended with which exit code, by itself or killed."""
    _process: asyncio.subprocess.Process | None = None

    def kill(self) -> None:
        """End it as a lost node would."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    @asynccontextmanager
    async def running(self, kubeconfig: Path) -> AsyncIterator[None]:
        """Keep one running until the end of the block."""
        keeping = asyncio.create_task(self._keep(kubeconfig))
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    async def _keep(self, kubeconfig: Path) -> None:
        while True:
            async with operator_process(kubeconfig, self.log) as found:
                self._process = found.process
                self.ends[await found.process.wait()] += 1
