"""Which connections are open, which have used up their time, and is there room for one more?

One sweep for all of them instead of a timer for each: deadlines are plain numbers, and the time
they are compared with is read once per sweep.

One connection too many takes the place of the one that has been idle longest. Where none is idle,
it is a probe-only connection: it may send one request, and not for a prediction. So a probe is
answered however many clients hold their connections. There are few of these; one more takes the
place of the first.
"""

from __future__ import annotations

import math
import random
from typing import Final, Protocol

NEVER: Final = math.inf
PROBE_ONLY_CONNECTIONS: Final = 64


class Expiring(Protocol):
    """An open connection."""

    deadline: float

    @property
    def silent_since(self) -> float:
        """When it fell silent, in the time of the sweeps; NEVER while anything is under way."""

    def expire(self) -> None:
        """The deadline has passed: answer, close or abort."""

    def finish(self) -> None:
        """Close as soon as what has been asked is answered."""

    def abort(self) -> None:
        """Close now."""


class Connections:
    """The open connections. `now` is the time of the last sweep: good for deadlines in seconds.

    `closed_for_room`: how many were closed because another wanted their place.
    """

    def __init__(self, now: float, limit: float = math.inf) -> None:
        self.now = now
        self.draining = False
        self.closed_for_room = 0
        self._limit = limit
        self._open: set[Expiring] = set()
        self._probe_only: dict[Expiring, None] = {}  # in order of arrival
        self._silent: list[tuple[float, Expiring]] = []  # when last looked, longest silence last
        self._looked = -math.inf

    def __len__(self) -> int:
        return len(self._open) + len(self._probe_only)

    def add(self, connection: Expiring) -> bool:
        """The connection is swept from now on; false: it is for a probe only."""
        if len(self._open) < self._limit or self._made_room():
            self._open.add(connection)
            return True
        if len(self._probe_only) == PROBE_ONLY_CONNECTIONS:
            first = next(iter(self._probe_only))
            del self._probe_only[first]
            self.closed_for_room += 1
            first.abort()
        self._probe_only[connection] = None
        return False

    def leaves_at(self, age_seconds: float) -> float:
        """From when on a connection that comes now ends with its next answer.

        A tenth more or less: those that came together do not all come back together.
        """
        return self.now + age_seconds * random.uniform(0.9, 1.1)  # noqa: S311  (no secret)

    def is_to_leave(self, leaves_at: float) -> bool:
        """True where a connection ends with its next answer: its time has come, or the server's."""
        return self.draining or leaves_at <= self.now

    def discard(self, connection: Expiring) -> None:
        """The connection is no longer swept."""
        self._open.discard(connection)
        self._probe_only.pop(connection, None)

    def sweep(self, now: float) -> None:
        """Every connection whose deadline lies before `now` has been told."""
        self.now = now
        self._silent.clear()
        for connection in [item for item in self._all() if item.deadline < now]:
            connection.expire()

    def finish(self) -> None:
        """Idle connections are closed, the others close with their last answer."""
        for connection in self._all():
            connection.finish()

    def abort(self) -> None:
        """No connection is open."""
        for connection in self._all():
            connection.abort()

    def _all(self) -> tuple[Expiring, ...]:
        return (*self._open, *self._probe_only)

    def _made_room(self) -> bool:
        """The longest silent connection is closed, if one is silent.

        All of them are looked at once between two sweeps at most: newcomers cost no more by that.
        """
        if not self._silent and self._looked < self.now:
            self._looked = self.now
            pairs = [(item.silent_since, item) for item in self._open]
            silent = [pair for pair in pairs if pair[0] < NEVER]
            self._silent = sorted(silent, key=lambda pair: pair[0], reverse=True)
        while self._silent:
            since, connection = self._silent.pop()
            if connection in self._open and connection.silent_since == since:
                self._open.discard(connection)
                self.closed_for_room += 1
                connection.abort()
                return True
        return False
