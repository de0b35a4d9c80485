"""For how long did we hold the event loop?"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from selectors import DefaultSelector, SelectorKey
from time import monotonic, thread_time
from typing import Any, TypeVar

KEPT_SECONDS = 60
TOLD_SECONDS = 0.001
"""Less is not worth remembering."""

ResultT = TypeVar("ResultT")


class LoopLag:
    """Remembers how long the event loop's turns took: in one, it runs all that is ready.

    Only as far as its thread worked meanwhile: on a machine that has no time for the process all
    turns take long, and nothing is wrong with it.
    """

    def __init__(self) -> None:
        self._late: deque[tuple[float, float]] = deque()
        """When, and by how much; falling, so that the first is the longest."""

    def longest_seconds(self, within: float = KEPT_SECONDS) -> float:
        """Return the longest time of the last `within` seconds."""
        since = monotonic() - within
        return max((late for at, late in [*self._late] if at >= since), default=0.0)

    def took(self, seconds: float) -> None:
        """Take note of a turn that just ended."""
        if seconds < TOLD_SECONDS:
            return
        now = monotonic()
        while self._late and self._late[-1][1] <= seconds:
            self._late.pop()
        while self._late and self._late[0][0] < now - KEPT_SECONDS:
            self._late.popleft()
        self._late.append((now, seconds))


class _MeasuringSelector(DefaultSelector):
    """The event loop asks it once a turn what came in; what lies between two calls is the turn."""

    def __init__(self, lag: LoopLag) -> None:
        super().__init__()
        self._lag = lag
        self._began: tuple[float, float] | None = None

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if self._began is not None:
            at, worked = self._began
            self._lag.took(min(monotonic() - at, thread_time() - worked))
        found = super().select(timeout)
        self._began = (monotonic(), thread_time())
        return found


def run_measured(work: Callable[[LoopLag], Coroutine[Any, Any, ResultT]]) -> ResultT:
    """Run the work in an event loop whose turns are measured; an idle one costs nothing more."""
    lag = LoopLag()
    with asyncio.Runner(
        loop_factory=lambda: asyncio.SelectorEventLoop(_MeasuringSelector(lag))
    ) as runner:
        return runner.run(work(lag))
