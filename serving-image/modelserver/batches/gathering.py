"""Is it worth another turn of the event loop to have more rows in a batch?

Many models take about as long for eight rows as for one. Clients that were answered together ask
again one by one, within some microseconds: a batch begun with the first of them would have the
others wait for all of it.
"""

from __future__ import annotations

_QUIET_LOOKS = 2
"""One is too few: what is read in a turn is decoded, and counts, in the next."""


class Gathering:
    """Looks at a queue, once per turn, until it has stopped growing."""

    __slots__ = ("_quiet", "_seen")

    def __init__(self) -> None:
        self._seen = 0
        self._quiet = 0

    def goes_on(self, waiting: int) -> bool:
        """True while one of the last two looks found the queue longer than the look before."""
        self._quiet = self._quiet + 1 if waiting <= self._seen else 0
        self._seen = waiting
        return self._quiet < _QUIET_LOOKS

    def end(self) -> None:
        """The queue was taken; what comes from now on is new."""
        self._seen = self._quiet = 0
