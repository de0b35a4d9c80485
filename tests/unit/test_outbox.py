"""At least once, in order, and nobody waits.

Proves: operator/trainyard/delivery.py
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from builders_serving import NOW

from trainyard.clients.addresses import NotDelivered, RefusedForGood
from trainyard.delivery import Delivery, Outgoing
from trainyard.outbox import LONGEST_PAUSE, Outbox


@dataclass(frozen=True, slots=True)
class Number:
    """What is posted."""

    number: int


@dataclass(slots=True)
class Receiver:
    """Takes numbers, at its own pace."""

    taken: list[tuple[str, int]] = field(default_factory=list)
    closed: bool = False
    refuses: frozenset[int] = frozenset()
    open: asyncio.Event = field(default_factory=asyncio.Event)
    posting: int = 0
    most: int = 0

    async def post(self, receiver: str, number: Number) -> None:
        """Take it."""
        self.posting += 1
        self.most = max(self.most, self.posting)
        try:
            await self.open.wait()
            if self.closed:
                raise NotDelivered("it answers 503")
            if number.number in self.refuses:
                raise RefusedForGood("it answers 400")
            self.taken.append((receiver, number.number))
        finally:
            self.posting -= 1


@dataclass(slots=True)
class Scene:
    """An outbox, its receivers, and the time."""

    receiver: Receiver = field(default_factory=Receiver)
    now: datetime = NOW
    outbox: Outbox[Number] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin with an empty memory, as after a kill."""
        self.outbox = Outbox(self.receiver.post, lambda: self.now)

    async def offer(
        self, numbers: Iterable[int], delivered: int = 0, uid: str = "u", name: str = "team"
    ) -> Delivery:
        """Offer these, let what can be done be done, and return how it stood before."""
        letters = tuple(Number(n) for n in numbers)
        found = self.outbox.offer(uid, Outgoing(name, delivered, letters))
        for _ in range(20):
            await asyncio.sleep(0)
        return found


async def test_an_offer_waits_for_nobody() -> None:
    """A receiver that is silent holds up its own line and nothing else."""
    scene = Scene()
    found = await scene.offer([1, 2, 3])
    assert (0, NOW + timedelta(seconds=1)) == (found.delivered, found.again_at)
    assert 1 == scene.receiver.posting
    scene.receiver.open.set()
    assert 0 == (await scene.offer([1, 2, 3, 4])).delivered
    done = await scene.offer([1, 2, 3, 4])
    assert (4, None) == (done.delivered, done.again_at)
    assert [("team", n) for n in (1, 2, 3, 4)] == scene.receiver.taken


async def test_one_that_fails_is_tried_again_before_the_next() -> None:
    """With growing pauses, at the longest ten minutes, and the order is kept."""
    scene = Scene()
    scene.receiver.closed = True
    scene.receiver.open.set()
    pauses = []
    for _ in range(10):
        await scene.offer([5, 6])
        found = await scene.offer([5, 6])
        assert found.again_at is not None
        pauses.append((found.again_at - scene.now).total_seconds())
        scene.now = found.again_at
    assert [5, 10, 20, 40, 80, 160, 320, 600, 600, 600] == pauses
    assert ("it answers 503", NOW) == (found.why, found.failing_since)
    assert LONGEST_PAUSE.total_seconds() == pauses[-1]
    scene.receiver.closed = False
    await scene.offer([5, 6])
    done = await scene.offer([5, 6])
    assert (6, "", None, None) == (done.delivered, done.why, done.failing_since, done.again_at)
    assert [("team", 5), ("team", 6)] == scene.receiver.taken


async def test_a_kill_repeats_at_most_what_was_not_written_down() -> None:
    """And loses nothing."""
    scene = Scene()
    scene.receiver.open.set()
    await scene.offer([1, 2])
    scene.start()
    await scene.offer([1, 2, 3])
    assert [1, 2, 1, 2, 3] == [number for _, number in scene.receiver.taken]
    scene.start()
    await scene.offer([3, 4], delivered=3)
    assert [4] == [number for _, number in scene.receiver.taken[5:]]


async def test_objects_and_receivers_do_not_wait_for_each_other() -> None:
    """Sixteen posts at a time, one of each line."""
    scene = Scene()
    for uid in range(20):
        await scene.offer([1, 2], uid=str(uid), name=f"team-{uid % 2}")
    assert 16 == scene.receiver.most
    scene.receiver.open.set()
    for uid in range(20):
        await scene.offer([1, 2], uid=str(uid), name=f"team-{uid % 2}")
    assert 40 == len(scene.receiver.taken)


async def test_lines_of_objects_that_are_gone_are_dropped() -> None:
    """Nothing is kept for ever."""
    scene = Scene()
    scene.receiver.open.set()
    await scene.offer([1])
    scene.now += timedelta(hours=2)
    await scene.offer([1], uid="other")
    await scene.offer([1], delivered=0)
    assert 3 == len(scene.receiver.taken)


async def test_what_is_refused_for_good_is_set_aside() -> None:
    """Those behind it go on; why is told until the status has noted it, also after a kill."""
    scene = Scene()
    scene.receiver.refuses = frozenset({2})
    scene.receiver.open.set()
    await scene.offer([1, 2, 3])
    done = await scene.offer([1, 2, 3])
    assert (3, {2: "it answers 400"}, "") == (done.delivered, done.refused, done.why)
    assert [1, 3] == [number for _, number in scene.receiver.taken]
    assert {} == (await scene.offer([], delivered=3)).refused
    scene.start()
    await scene.offer([2, 3], delivered=1)
    assert {2: "it answers 400"} == (await scene.offer([2, 3], delivered=1)).refused
