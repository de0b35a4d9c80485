"""Which object is looked at next, and when."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple


class Key(NamedTuple):
    """One object, as one controller looks after it."""

    controller: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long a failing object waits: doubling from `first` up to `longest` seconds."""

    first: float = 0.5
    longest: float = 120.0

    def seconds(self, failures: int, random: float) -> float:
        """Return the wait after that many failures in a row; `random` in [0, 1) spreads it.

        Between half of the full wait and all of it, so that many objects that failed together
        do not come back together.
        """
        full = min(self.first * 2.0 ** min(failures - 1, 30), self.longest)
        return full * (0.5 + random / 2)


CONFLICT = Backoff(longest=5.0)
OUTAGE_SECONDS = 15.0
"""An API server that answers again is not left waiting for long."""
MENDABLE_SECONDS = 30.0
"""Somebody may mend it at any moment without our seeing it: what is not ours is not watched."""


class QueueClosed(Exception):
    """No more keys are given out: the process stops."""


class WorkQueue:
    """Each key stands in it once and is with one worker at a time.

    A key that is added while a worker has it comes again when the worker is done. Times are
    seconds of `clock`, a monotonic one.
    """

    FAILING_WAKE_SECONDS = 1.0
    """An event on a failing object is heeded, but not sooner: our own failing writes make events
    too, and must not wake us into the next failure at once."""

    def __init__(
        self,
        clock: Callable[[], float],
        random: Callable[[], float],
        backoff: Backoff | None = None,
    ) -> None:
        self._clock = clock
        self._random = random
        self._backoff = backoff or Backoff()
        self._due: dict[Key, float] = {}
        self._heap: list[tuple[float, Key]] = []
        """Holds outdated entries too: only those that agree with `_due` count."""
        self._running: dict[Key, float] = {}
        """Keys with a worker, and since when."""
        self._failures: dict[Key, int] = {}
        self._conflicts: dict[Key, int] = {}
        self._changed = asyncio.Event()
        self._closed = False

    def close(self) -> None:
        """Give out no more keys; what is with a worker may be finished."""
        self._closed = True
        self._changed.set()

    def add(self, key: Key, after: float = 0.0) -> None:
        """Have the key looked at in `after` seconds at the latest."""
        if key in self._failures:
            after = max(after, self.FAILING_WAKE_SECONDS)
        self._add_at(key, self._clock() + after)

    async def take(self) -> Key:
        """Return the next key when it is due; the caller owes `done` or `failed`.

        Raises QueueClosed.
        """
        while not self._closed:
            self._changed.clear()
            key = self._pop_due()
            if key is not None:
                self._running[key] = self._clock()
                return key
            await self._wait()
        raise QueueClosed

    def done(self, key: Key, again_after: float | None = None) -> None:
        """Give the key back after a pass without faults."""
        self._failures.pop(key, None)
        self._conflicts.pop(key, None)
        self._release(key)
        if again_after is not None:
            self._add_at(key, self._clock() + again_after)

    def failed(self, key: Key, longest: float = inf) -> float:
        """Give the key back after a fault; return the seconds until the next try.

        At most `longest`, where the fault may pass by itself.
        """
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        backoff = replace(self._backoff, longest=min(self._backoff.longest, longest))
        return self._retry(key, backoff.seconds(failures, self._random()))

    def conflicted(self, key: Key) -> float:
        """Give the key back after somebody was faster; return the seconds until the next try.

        Never many, and failures that follow are counted from one: nothing is wrong.
        """
        conflicts = self._conflicts[key] = self._conflicts.get(key, 0) + 1
        return self._retry(key, CONFLICT.seconds(conflicts, self._random()))

    def failing(self) -> int:
        """Return how many keys failed at their last pass."""
        return len(self._failures)

    def depth(self) -> int:
        """Return how many keys are due now or with a worker."""
        now = self._clock()
        return len(self._running) + sum(due <= now for due in [*self._due.values()])

    def oldest_seconds(self) -> float:
        """Return for how long the oldest key has been due or with a worker; 0 when idle."""
        now = self._clock()
        waiting = min(self._due.values(), default=now)
        working = min(self._running.values(), default=now)
        return max(0.0, now - min(waiting, working))

    def _add_at(self, key: Key, due: float) -> None:
        if key in self._due and self._due[key] <= due:
            return
        self._due[key] = due
        if key not in self._running:
            heapq.heappush(self._heap, (due, key))
            self._changed.set()

    def _retry(self, key: Key, wait: float) -> float:
        self._due.pop(key, None)
        self._release(key)
        self._add_at(key, self._clock() + wait)
        return wait

    def _release(self, key: Key) -> None:
        self._running.pop(key, None)
        if key in self._due:
            heapq.heappush(self._heap, (self._due[key], key))
            self._changed.set()

    def _pop_due(self) -> Key | None:
        while self._heap and self._heap[0][0] <= self._clock():
            due, key = heapq.heappop(self._heap)
            if self._due.get(key) == due and key not in self._running:
                del self._due[key]
                return key
        return None

    async def _wait(self) -> None:
        wait = self._heap[0][0] - self._clock() if self._heap else None
        try:
            async with asyncio.timeout(wait):
                await self._changed.wait()
        except TimeoutError:
            return
