"""Which connections are open, and which have used up their time?

One sweep for all of them instead of a timer for each: deadlines are plain numbers, and the time
they are compared with is read once per sweep.
"""

from __future__ import annotations

import math
from typing import Final, Protocol

NEVER: Final = math.inf


class Expiring(Protocol):
    """An open connection."""

    deadline: float

    def expire(self) -> None:
        """The deadline has passed: answer, close or abort."""

    def finish(self) -> None:
        """Close as soon as what has been asked is answered."""

    def abort(self) -> None:
        """Close now."""


class Connections:
    """The open connections. `now` is the time of the last sweep: good for deadlines in seconds."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.draining = False
        self._open: set[Expiring] = set()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Expiring) -> None:
        """The connection is swept from now on."""
        self._open.add(connection)

    def discard(self, connection: Expiring) -> None:
        """The connection is no longer swept."""
        self._open.discard(connection)

    def sweep(self, now: float) -> None:
        """Every connection whose deadline lies before `now` has been told."""
        self.now = now
        for connection in [item for item in self._open if item.deadline < now]:
            connection.expire()

    def finish(self) -> None:
        """Idle connections are closed, the others close with their last answer."""
        for connection in tuple(self._open):
            connection.finish()

    def abort(self) -> None:
        """No connection is open."""
        for connection in tuple(self._open):
            connection.abort()
