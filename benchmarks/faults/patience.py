"""How long is waited for something that may never come? As long as something moves.

Time is counted in looks at which the operator answers, not by the clock: while a machine has no
time for the operator, or starts it anew, nothing is to be expected of it: that is no violation.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

MOST_WRITES = 1000
"""Of one life, more than ten times what it takes: whoever writes on is not on the way anywhere."""
LOOK_SECONDS = 0.5
MOST_LOOKS = 10
"""So many times the looks it is given go by until an operator that never answers is given up."""


class NeverCame(Exception):
    """The life did not get where it should; the text says how far it came."""


@dataclass(slots=True)
class Patience:
    """Waits, look by look, for one stretch of a life."""

    seconds: float
    """So much of looking at nothing that moves is the end."""
    _quiet: int = field(default=0, init=False)
    _looks: int = field(default=0, init=False)
    _writes: int = field(default=-1, init=False)
    _answers: int = field(default=0, init=False)

    @property
    def quiet_seconds(self) -> float:
        """For how long nothing has been written, in looks at which the operator answered."""
        return self._quiet * LOOK_SECONDS

    async def look(self, writes: int, answers: int, what: str) -> None:
        """Wait until it is time to look again.

        `writes`, `answers`: how many writes have come so far, and how often the operator said that
        it is at work.

        Raises NeverCame, with what was awaited, when nothing moves or the writing has no end.
        """
        if writes != self._writes:
            self._quiet = self._looks = 0
        else:
            self._quiet += answers != self._answers
            self._looks += 1
        self._writes, self._answers = writes, answers
        if self.quiet_seconds > self.seconds:
            raise NeverCame(f"{what}: nothing written for {self.quiet_seconds:.0f} s of looking")
        if self._looks * LOOK_SECONDS > self.seconds * MOST_LOOKS:
            raise NeverCame(f"{what}: no operator answered")
        if writes > MOST_WRITES:
            raise NeverCame(f"{what}: {writes} writes, and still going on")
        await asyncio.sleep(LOOK_SECONDS)
