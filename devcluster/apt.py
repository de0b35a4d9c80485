"""How is apt asked, where something else on the machine may be asking it, too?"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from devcluster.progress import Progress
from devcluster.refusal import StepFailed

PATIENCE_SECONDS = 900
PAUSE_SECONDS = 5
HELD = "Could not get lock"


def ask_apt(
    progress: Progress, command: Sequence[str], log: Path, patience: float = PATIENCE_SECONDS
) -> None:
    """The command of apt ended well without a question; its output is in `log`.

    apt fails at once where another apt holds one of its locks, as the upgrades that many machines
    begin by themselves after a start do: that one is waited for, so many seconds at the most.
    Raises StepFailed as `Progress.run` does.
    """
    what = " ".join(command[:2])
    until = time.monotonic() + patience
    while True:
        before = log.stat().st_size if log.exists() else 0
        try:
            progress.run(what, command, log, {**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        except StepFailed:
            said = log.read_bytes()[before:].decode(errors="replace")
            if HELD not in said or time.monotonic() >= until:
                raise
            progress.say(f"{what}: another apt is at work, trying again in {PAUSE_SECONDS} s")
            time.sleep(PAUSE_SECONDS)
        else:
            return
