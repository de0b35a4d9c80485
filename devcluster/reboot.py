"""After a reboot: what lies on disk about processes, mounts and containers is no longer true."""

from __future__ import annotations

import shutil
from pathlib import Path

from devcluster.places import Places
from devcluster.processes import BOOT_ID


def stale_paths(places: Places) -> tuple[Path, ...]:
    """What other systems keep below /run, which a reboot empties, and we keep below state."""
    return (
        places.state / "containerd-run",
        places.runc,
        places.records,
        places.state / "buildah-run",
        places.state / "changed-forwarding",
    )


def forget_former_boot(places: Places, boot: str | None = None) -> bool:
    """True, and everything stale removed, if the state folder was last used before a reboot.

    `boot` is the kernel's boot id (default: asked from the kernel).
    """
    now = boot or BOOT_ID.read_text().strip()
    note = places.state / "boot"
    before = note.read_text() if note.exists() else now
    note.write_text(now)
    if before == now:
        return False
    for path in stale_paths(places):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return True
