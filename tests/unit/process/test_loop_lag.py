"""A held event loop is noticed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from trainyard.process.loop_lag import LoopLag, run_measured


def longest(*callbacks: Callable[[], None]) -> float:
    """Return for how long the event loop was held by callbacks that are ready at the same time."""

    async def work(lag: LoopLag) -> float:
        await asyncio.sleep(0.01)
        for callback in callbacks:
            asyncio.get_running_loop().call_soon(callback)
        await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        return lag.longest_seconds()

    return run_measured(work)


def test_a_callback_that_holds_the_loop_shows() -> None:
    """By as long as it held it."""
    assert 0.3 <= longest(lambda: use(0.3)) < 1


def test_many_that_are_ready_together_hold_it_together() -> None:
    """Nothing that comes in meanwhile is looked at before the last of them."""
    assert 0.3 <= longest(*(lambda: use(0.01) for _ in range(30))) < 1


def test_a_machine_that_is_late_is_not_our_fault() -> None:
    """Nothing of the process's own doing kept the loop from its calls."""
    assert longest(lambda: time.sleep(0.3)) < 0.2


def test_waiting_is_not_holding() -> None:
    """A loop that has nothing to do is not held."""
    assert longest() < 0.2


def use(seconds: float) -> None:
    """Use the processor for so long."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_the_longest_of_the_time_that_is_asked_for_counts() -> None:
    """What was before is forgotten."""
    lag = LoopLag()
    assert 0 == lag.longest_seconds()
    for seconds in (0.5, 2.0, 1.0):
        lag.took(seconds)
    assert 2.0 == lag.longest_seconds()
    assert 0 == lag.longest_seconds(within=-1)
