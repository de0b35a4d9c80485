"""The live line: who gets how many of the requests, how many were answered, how many failed."""

from __future__ import annotations

import time
from typing import Any

from rich.console import Console

from demo.traffic import Count

WIDTH = 24
QUIET_SECONDS = 3.0


class LiveLine:
    """Prints the line in place on a terminal, and now and then where output is a file."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ("", 0.0)

    def show(self, release: dict[str, Any], count: Count) -> None:
        """Print the line if it says something new."""
        text = live_text(release, count)
        said, at = self._last
        now = time.monotonic()
        if self._console.is_terminal:
            self._console.print(f"    {text}", end="\r", highlight=False, overflow="crop")
        elif _state(text) != _state(said) or now - at > QUIET_SECONDS * 4:
            self._console.print(f"    {text}", highlight=False)
            self._last = (text, now)


def _state(text: str) -> str:
    """Return the part of the line that changes only by decisions."""
    return text.partition("  sent")[0]


def live_text(release: dict[str, Any], count: Count) -> str:
    """Return the weights as a bar, the step, and the client's counts."""
    shares = {s["role"]: int(s["weightPercent"]) for s in release.get("traffic") or []}
    canary = shares.get("canary", 0)
    filled = round(WIDTH * canary / 100) if canary else 0
    bar = "█" * (WIDTH - filled) + "▒" * filled
    rollout = release.get("rollout") or {}
    step = f"step {rollout.get('progress') or '-'} {rollout.get('phase', '')}" if rollout else ""
    failed = f"[red]failed {count.failed}[/red]" if count.failed else "failed 0"
    return (
        f"{bar} stable {shares.get('stable', 0):3d} %  canary {canary:3d} %  {step:22s}"
        f"  sent {count.sent}  {failed}  right {count.accuracy:.0%}"
    )
