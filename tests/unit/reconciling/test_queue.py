"""The queue: one key once, with one worker, no sooner and no later than due."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from trainyard.reconciling.queue import CONFLICT, Backoff, Key, QueueClosed, WorkQueue

A = Key("toys", "ns", "a")
B = Key("toys", "ns", "b")


class Clock:
    """A clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock in the test's hand."""
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> WorkQueue:
    """Give a queue without jitter."""
    return WorkQueue(clock, random=lambda: 1.0, backoff=Backoff(first=2.0, longest=60.0))


async def is_empty(queue: WorkQueue) -> bool:
    """Tell whether nothing can be taken now."""
    try:
        async with asyncio.timeout(0.01):
            await queue.take()
    except TimeoutError:
        return True
    return False


async def test_a_key_that_is_added_twice_comes_once(queue: WorkQueue) -> None:
    """Ten events on one object are one pass."""
    queue.add(A)
    queue.add(A)
    assert A == await queue.take()
    queue.done(A)
    assert await is_empty(queue)


async def test_a_key_is_with_one_worker_at_a_time(queue: WorkQueue) -> None:
    """What is added while a worker has it comes after the worker is done."""
    queue.add(A)
    await queue.take()
    queue.add(A)
    assert await is_empty(queue)
    queue.done(A)
    assert A == await queue.take()


async def test_keys_come_in_the_order_they_were_due(queue: WorkQueue, clock: Clock) -> None:
    """Nobody is overtaken."""
    queue.add(B)
    clock.now += 1
    queue.add(A)
    assert [B, A] == [await queue.take(), await queue.take()]


async def test_again_after_waits(queue: WorkQueue, clock: Clock) -> None:
    """A pass that asks for it is repeated then, without an event."""
    queue.add(A)
    await queue.take()
    queue.done(A, again_after=30)
    clock.now += 29
    assert await is_empty(queue)
    clock.now += 1
    assert A == await queue.take()


async def test_an_event_comes_before_a_later_look(queue: WorkQueue) -> None:
    """A due time is the latest moment, not the earliest."""
    queue.add(A)
    await queue.take()
    queue.done(A, again_after=30)
    queue.add(A)
    assert A == await queue.take()


async def test_a_waiting_worker_wakes_for_a_new_key(queue: WorkQueue) -> None:
    """No polling: an added key is taken at once."""
    taking = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    queue.add(A)
    async with asyncio.timeout(60):
        assert A == await taking


async def test_failures_wait_longer_each_time(queue: WorkQueue, clock: Clock) -> None:
    """2, 4, 8 … seconds, 60 at most; a success starts over."""
    waits = []
    for _ in range(7):
        queue.add(A)
        clock.now += 100
        await queue.take()
        waits.append(queue.failed(A))
    assert [2, 4, 8, 16, 32, 60, 60] == waits
    clock.now += 100
    await queue.take()
    queue.done(A)
    queue.add(A)
    await queue.take()
    assert 2 == queue.failed(A)


async def test_what_came_before_a_failure_does_not_shorten_its_pause(
    queue: WorkQueue, clock: Clock
) -> None:
    """Neither a look that was planned, nor a change in the middle of the pass."""
    queue.add(A, after=1)
    queue.add(A)
    assert A == await queue.take()
    queue.add(A)
    assert 2.0 == queue.failed(A)
    clock.now += 1
    assert await is_empty(queue)
    clock.now += 1
    assert A == await queue.take()


async def test_what_may_pass_by_itself_is_tried_again_soon(queue: WorkQueue) -> None:
    """However often it failed."""
    waits = [queue.failed(A, longest=10) for _ in range(6)]
    assert [2, 4, 8, 10, 10, 10] == waits
    assert 60 == queue.failed(A)


async def test_an_event_on_a_failing_key_does_not_make_it_run_hot(
    queue: WorkQueue, clock: Clock
) -> None:
    """Our failing writes make events; they bring the key forward to a second, not to now."""
    queue.add(A)
    await queue.take()
    for _ in range(6):
        queue.failed(A)
    queue.add(A)
    assert await is_empty(queue)
    clock.now += WorkQueue.FAILING_WAKE_SECONDS
    assert A == await queue.take()


async def test_conflicts_never_wait_for_long(queue: WorkQueue) -> None:
    """Somebody was faster; nothing is wrong, and nothing gets better by waiting."""
    for _ in range(20):
        assert queue.conflicted(A) <= CONFLICT.longest
    assert 0 == queue.failing()


async def test_conflicts_wait_a_little_longer_each_time(queue: WorkQueue) -> None:
    """Half a second first; a pass that works starts over, and keys do not share their counts."""
    assert [0.5, 1, 2, 4, 5] == [queue.conflicted(A) for _ in range(5)]
    assert 0.5 == queue.conflicted(B)
    queue.done(A)
    assert 0.5 == queue.conflicted(A)


async def test_a_worker_waits_for_what_is_due_next() -> None:
    """By the clock, though nothing is added meanwhile."""
    queue = WorkQueue(monotonic, lambda: 0.0)
    queue.add(A, after=0.05)
    async with asyncio.timeout(60):
        assert A == await queue.take()


async def test_a_failure_after_conflicts_is_the_first(queue: WorkQueue) -> None:
    """The wait grows with failures alone."""
    first = queue.failed(B)
    for _ in range(20):
        queue.conflicted(A)
    assert first == queue.failed(A)


async def test_a_failing_key_does_not_hold_up_others(queue: WorkQueue) -> None:
    """While one waits, the next is taken."""
    queue.add(A)
    queue.add(B)
    queue.failed(await queue.take())
    assert B == await queue.take()


async def test_depth_and_age_speak_of_what_is_due_or_in_work(
    queue: WorkQueue, clock: Clock
) -> None:
    """Keys that wait for a later time are no backlog."""
    assert (0, 0.0) == (queue.depth(), queue.oldest_seconds())
    queue.add(A)
    queue.add(B, after=100)
    clock.now += 5
    assert (1, 5.0) == (queue.depth(), queue.oldest_seconds())
    await queue.take()
    clock.now += 7
    assert (1, 7.0) == (queue.depth(), queue.oldest_seconds())


async def test_a_closed_queue_gives_out_nothing(queue: WorkQueue) -> None:
    """Also to a worker that is waiting already."""
    taking = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    queue.add(A)
    queue.close()
    with pytest.raises(QueueClosed):
        await taking


@pytest.mark.parametrize(
    ("random", "seconds"),
    [
        pytest.param(0.0, 4.0, id="at least half of the full wait"),
        pytest.param(1.0, 8.0, id="at most the full wait"),
    ],
)
def test_jitter_spreads_the_second_half(random: float, seconds: float) -> None:
    """Objects that failed together do not come back together."""
    assert seconds == Backoff(first=2.0, longest=60.0).seconds(3, random)
