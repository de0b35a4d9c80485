"""When the cache counts as seeded, and when it is listed anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fakes import FakeCluster
from toys import toy_controller, toy_manifest

from trainyard.clients.faults import Unavailable
from trainyard.reconciling.cache import Cache, Scope
from trainyard.reconciling.queue import WorkQueue
from trainyard.reconciling.resync import Resync
from trainyard.reconciling.wakeups import Wakeups

TOYS, JOBS = Scope("Toy", "ns"), Scope("Job", "ns")


class Scene:
    """A resync of two scopes over a fake cluster."""

    def __init__(self) -> None:
        self.cluster, self.cache = FakeCluster(), Cache()
        queue = WorkQueue(lambda: 0.0, lambda: 0.0)
        wakeups = Wakeups({"Toy": toy_controller()}, self.cache, queue)
        self.resync = Resync(self.cluster, wakeups, (TOYS, JOBS), ("Toy",))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when the condition holds."""
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 — the condition is no event
                await asyncio.sleep(0.01)

    async def __aenter__(self) -> Scene:
        self.task = asyncio.create_task(self.resync.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})


async def test_it_is_seeded_when_every_scope_was_listed_after_the_informer() -> None:
    """One missing scope keeps all workers waiting, and is named."""
    async with Scene() as scene:
        scene.resync.informer_listed(TOYS)
        await scene.until(lambda: scene.resync.unseeded() == [JOBS])
        scene.resync.informer_listed(JOBS)
        async with asyncio.timeout(5):
            await scene.resync.seeded()


async def test_a_list_of_the_informer_makes_one_of_ours() -> None:
    """That is how what vanished during a gap is noticed."""
    async with Scene() as scene:
        await scene.cluster.create(toy_manifest("ns", "a"))
        scene.resync.informer_listed(TOYS)
        await scene.until(lambda: len(scene.cache.list("Toy")) == 1)
        scene.cluster.objects.clear()
        scene.cluster.version += 1
        scene.resync.informer_listed(TOYS)
        await scene.until(lambda: len(scene.cache.list("Toy")) == 0)


async def test_a_list_that_fails_is_tried_again() -> None:
    """Until then nothing is seeded."""
    async with Scene() as scene:
        scene.cluster.faults["list", "Toy"] = Unavailable("list", 503, "later")
        scene.resync.informer_listed(TOYS)
        await asyncio.sleep(0.05)
        assert TOYS in scene.resync.unseeded()
        scene.cluster.faults.clear()
        await scene.until(lambda: TOYS not in scene.resync.unseeded())
