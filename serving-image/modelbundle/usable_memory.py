"""How much may a file that somebody else made become in this container's memory?"""

from __future__ import annotations

from pathlib import Path

_LIMIT = Path("/sys/fs/cgroup/memory.max")
UNLIMITED = 8 << 30
"""What counts as the memory of a container without a limit."""


def usable_memory(limit: Path = _LIMIT) -> int:
    """The bytes that this container may use."""
    try:
        return int(limit.read_text(encoding="ascii"))
    except (OSError, ValueError):
        # "max", or no cgroup v2 at this place.
        return UNLIMITED


def most_of_one_file(limit: Path = _LIMIT) -> int:
    """What one file may hold once it is spread out: the other half is for work with it."""
    return usable_memory(limit) // 2
