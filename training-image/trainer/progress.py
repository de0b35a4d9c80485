"""What does a long ingest say while it runs?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_SECONDS = 1.0


@dataclass(slots=True)
class Progress:
    """Says at most one line per second; `clock` gives seconds, `say` takes a line."""

    clock: Callable[[], float]
    say: Callable[[str], None]
    last: float | None = None

    def tick(self, what: str, rows: int, size: int) -> None:
        """Perhaps says how far it is; the first second is silent."""
        now = self.clock()
        if self.last is None:
            self.last = now
        elif now - self.last >= _SECONDS:
            self.last = now
            self.say(f"{what}: {rows} rows, {size / 1e6:.1f} MB read")
