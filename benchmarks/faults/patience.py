"""How long is waited for something that may never come? As long as something moves.

Time is counted in looks, not by the clock: a machine that has no time for the operator has none for
looking either, so a starved machine is no violation.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

MOST_WRITES = 1000
"""Of one life, more than ten times what it takes: whoever writes on is not on the way anywhere."""
LOOK_SECONDS = 0.5


class NeverCame(Exception):
    """The life did not get where it should; the text says how far it came."""


@dataclass(slots=True)
class Patience:
    """Waits, look by look, for one stretch of a life."""

    seconds: float
    """So much of looking at nothing that moves is the end."""
    _quiet: int = field(default=0, init=False)
    _writes: int = field(default=-1, init=False)

    @property
    def quiet_seconds(self) -> float:
        """For how long nothing has been written, in looks."""
        return self._quiet * LOOK_SECONDS

    async def look(self, writes: int, what: str) -> None:
        """Wait until it is time to look again; `writes`: how many have come so far.

        Raises NeverCame, with what was awaited, when nothing moves or the writing has no end.
        """
        self._quiet = self._quiet + 1 if writes == self._writes else 0
        self._writes = writes
        if self.quiet_seconds > self.seconds:
            raise NeverCame(f"{what}: nothing written for {self.quiet_seconds:.0f} s of looking")
        if writes > MOST_WRITES:
            raise NeverCame(f"{what}: {writes} writes, and still going on")
        await asyncio.sleep(LOOK_SECONDS)
