"""How many processors may this container use?"""

from __future__ import annotations

import math
import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_processors(quota: Path = _QUOTA) -> int:
    """The pod's CPU limit rounded up, at most the processors it may be scheduled on, at least 1."""
    here = len(os.sched_getaffinity(0))
    try:
        allowed, period = quota.read_text(encoding="ascii").split()
        limit = here if allowed == "max" else math.ceil(int(allowed) / int(period))
    except (OSError, ValueError):
        # No cgroup v2 at this place: the affinity is all there is to know.
        limit = here
    return max(1, min(here, limit))
