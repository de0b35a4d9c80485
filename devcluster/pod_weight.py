"""How much of a busy machine the pods get: more than any one program beside them.

All pods are one group of the kernel's scheduler, which by itself weighs as much as one session.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
POD_GROUP = "k8s.io"
"""containerd's namespace, below which every container has its group."""
SHARES, WEIGHT = 8192, 800
"""Eight times the usual, in version 1 and 2 of cgroups."""


def weigh_pods(cgroups: Path = CGROUPS) -> None:
    """The pods weigh eight times as much as one session, where this machine lets us say so."""
    if (cgroups / "cpu").is_dir():
        file, amount = cgroups / "cpu" / POD_GROUP / "cpu.shares", SHARES
    else:
        file, amount = cgroups / POD_GROUP / "cpu.weight", WEIGHT
    with suppress(OSError):  # cgroups may belong to somebody else: then it is as it was
        file.parent.mkdir(exist_ok=True)
        file.write_text(str(amount))
