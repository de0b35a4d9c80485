"""Pods have no turn on a processor for a while, as where a machine has no time for them.

Their processes are stopped and go on where they were. It needs a node whose processes this machine
sees: the local one.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

PROCESSES = Path("/proc")
_NAME = b"HOSTNAME="
"""In a pod it is the pod's own."""


def processes_of(pods: Collection[str], processes: Path = PROCESSES) -> Iterator[int]:
    """Yield the processes that run in containers of these pods."""
    wanted = {_NAME + pod.encode() for pod in pods}
    for folder in processes.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it is gone, or nobody's to look at
                if wanted & set((folder / "environ").read_bytes().split(b"\0")):
                    yield int(folder.name)


async def pause(pods: Collection[str], seconds: float) -> None:
    """None of the pods does anything for so long; raises RuntimeError where none can be found."""
    found = list(processes_of(pods))
    if not found:
        raise RuntimeError(f"no process of {', '.join(pods)} is on this machine: a local node?")
    try:
        _signal(found, signal.SIGSTOP)
        await asyncio.sleep(seconds)
    finally:
        _signal(found, signal.SIGCONT)


def _signal(processes: Collection[int], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)
