"""Which processes belong to a server, what have they used, and how are they all ended?

Servers start processes in groups and sessions of their own, some with an environment of their own.
So a process belongs to a server when it carries the server's mark in its environment, when its
parent belongs to it, or when it has been seen to belong to it before.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

MARK = "TRAINYARD_BENCHMARK_SERVER"
_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
_DEAD = ("Z", "X")
"""States of processes that only wait for their parent to look."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process as /proc/PID/stat has it; number and start time together are never used twice."""

    number: int
    parent: int
    started: int
    cpu_seconds: float


class ProcessTree:
    """All processes that carry the mark, or come from one that does."""

    def __init__(self, mark: str) -> None:
        self._mark = f"{MARK}={mark}".encode()
        self._seen: set[tuple[int, int]] = set()

    def processes(self) -> list[Process]:
        """Those that live now."""
        living = {process.number: process for process in _living()}
        ours = {
            number
            for number, process in living.items()
            if (number, process.started) in self._seen or self._marked(number)
        }
        grew = True
        while grew:
            children = {p.number for p in living.values() if p.parent in ours} - ours
            ours |= children
            grew = bool(children)
        self._seen |= {(number, living[number].started) for number in ours}
        return [living[number] for number in sorted(ours)]

    def cpu_seconds(self) -> float:
        """User and system time of all of them so far."""
        return sum(process.cpu_seconds for process in self.processes())

    def memory_mib(self) -> float:
        """Their proportional set sizes: what they share is counted once."""
        return sum(_pss_kib(process.number) for process in self.processes()) / 1024

    def end(self, patience: float = 2.0) -> None:
        """None of them is left: asked first, killed when that took longer than the patience."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            _signal(self.processes(), number)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                left = self.processes()
                if not left:
                    return
                if number == signal.SIGKILL:
                    _signal(left, number)
                time.sleep(0.02)

    def _marked(self, number: int) -> bool:
        try:
            environ = (_PROC / str(number) / "environ").read_bytes()
        except OSError:
            return False
        return self._mark in environ.split(b"\0")


def _living() -> list[Process]:
    found = []
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text()
        except OSError:
            continue
        # The name in brackets may hold anything, so counting begins behind it, with field 3.
        fields = text.rsplit(")", 1)[1].split()
        if fields[0] in _DEAD:
            continue
        cpu = (int(fields[11]) + int(fields[12])) / _TICKS
        found.append(Process(int(entry.name), int(fields[1]), int(fields[19]), cpu))
    return found


def _signal(processes: list[Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process.number, number)
        except (ProcessLookupError, PermissionError):
            continue


def _pss_kib(number: int) -> int:
    try:
        for line in (_PROC / str(number) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
