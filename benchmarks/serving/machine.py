"""On which machine was it measured, and was it quiet?"""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_QUIET = 1.0


@dataclass(frozen=True, slots=True)
class Machine:
    """What figures depend on besides the servers; `load`: the average of the minute before."""

    processor: str
    cores: int
    python: str
    load: float

    def sentences(self) -> list[str]:
        """What a reader of the figures has to know of it."""
        whole = (
            f"{self.cores} cores of {self.processor}, Python {self.python};"
            f" load average at the start: {self.load:.2f}."
        )
        if self.load <= _QUIET:
            return [whole]
        return [whole, f"WARNING: a load average over {_QUIET} makes all figures doubtful."]

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def this_machine() -> Machine:
    """The one this process runs on, now."""
    return Machine(
        _processor(Path("/proc/cpuinfo").read_text()),
        os.cpu_count() or 1,
        platform.python_version(),
        os.getloadavg()[0],
    )


def _processor(cpuinfo: str) -> str:
    for line in cpuinfo.splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
