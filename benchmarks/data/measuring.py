"""What does one process cost: seconds, seconds of processors, peak memory?"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process with all its threads; `failed` quotes the end of its output."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    failed: str = ""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def cost_of(command: Sequence[str], environment: Mapping[str, str], cores: int, log: Path) -> Cost:
    """Runs the command on so many processors of this machine; its output goes to `log`."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:cores])
    try:
        began = monotonic()
        with log.open("wb") as output:
            place = output.fileno()
            actions = [(os.POSIX_SPAWN_DUP2, place, 1), (os.POSIX_SPAWN_DUP2, place, 2)]
            child = os.posix_spawn(command[0], tuple(command), environment, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
        seconds = monotonic() - began
    finally:
        os.sched_setaffinity(0, before)
    failed = ""
    if os.waitstatus_to_exitcode(status):
        failed = log.read_text(errors="replace")[-300:].strip() or "no output"
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, failed)


def least(costs: Sequence[Cost]) -> Cost:
    """The least time and the highest memory of several runs; failed if any failed."""
    return Cost(
        min(cost.seconds for cost in costs),
        min(cost.cpu_seconds for cost in costs),
        max(cost.peak_mib for cost in costs),
        next((cost.failed for cost in costs if cost.failed), ""),
    )
