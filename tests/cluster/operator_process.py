"""Operator processes that follow one another within a moment."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cluster_access import ROOT


@dataclass(slots=True)
class Process:
    """The operator; it can be killed and started again within a moment."""

    starter: asyncio.subprocess.Process
    log: Path
    """What all of them wrote."""
    pid: int = 0

    async def start(self) -> None:
        """Start one; it is working when its first pass is done, not before."""
        assert self.starter.stdin
        self.starter.stdin.write(b"start\n")
        self.pid = await self._number()

    async def kill(self) -> None:
        """End it as a lost node would, and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        assert -signal.SIGKILL == await self._number()
        self.pid = 0

    def is_alive(self) -> bool:
        """Tell whether the process that was started last is still there."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, 0)
            return True
        return False

    async def _number(self) -> int:
        assert self.starter.stdout
        return int(await self.starter.stdout.readline())


@asynccontextmanager
async def operator_process(
    environment: Mapping[str, str], log: Path, *arguments: str
) -> AsyncIterator[Process]:
    """Give an operator with this environment, not started yet; afterwards it is gone.

    `arguments`: of `forked_operator`.
    """
    with log.open("ab") as output:
        starter = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "tests" / "forked_operator.py"),
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=output,
        )
    found = Process(starter, log)
    try:
        yield found
    finally:
        if found.pid:
            with suppress(ProcessLookupError):
                os.kill(found.pid, signal.SIGKILL)
        starter.kill()
        await starter.wait()
