"""When the cache counts as seeded, and when it is listed anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from fakes import FakeCluster
from structlog.testing import capture_logs
from toys import toy_controller, toy_manifest

from trainyard.clients.faults import NotFound, Unavailable
from trainyard.reconciling.cache import Cache, Scope
from trainyard.reconciling.queue import WorkQueue
from trainyard.reconciling.references import References
from trainyard.reconciling.resync import Resync, Scopes, pause_between
from trainyard.reconciling.wakeups import Wakeups

TOYS, JOBS = Scope("Toy", "ns"), Scope("Job", "ns")


class Scene:
    """A resync of two scopes over a fake cluster."""

    def __init__(self, *optional: str) -> None:
        self.cluster, self.cache = FakeCluster(), Cache()
        queue = WorkQueue(lambda: 0.0, lambda: 0.0)
        wakeups = Wakeups({"toys": toy_controller()}, self.cache, References({}), queue)
        self.present: dict[str, bool] = {}
        scopes = Scopes((TOYS, JOBS), whole={"Toy"}, optional=optional)
        self.resync = Resync(self.cluster, wakeups, scopes, self.present.__setitem__)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when the condition holds."""
        async with asyncio.timeout(60):
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
        async with asyncio.timeout(60):
            await scene.resync.seeded()


async def test_a_list_of_the_informer_makes_one_of_ours() -> None:
    """That is how what vanished during a gap is noticed."""
    async with Scene() as scene:
        await scene.cluster.create(toy_manifest("ns", "a"))
        scene.resync.informer_listed(TOYS)
        await scene.until(lambda: len(scene.cache.names("Toy")) == 1)
        scene.cluster.objects.clear()
        scene.cluster.version += 1
        scene.resync.informer_listed(TOYS)
        await scene.until(lambda: len(scene.cache.names("Toy")) == 0)


async def test_a_list_that_fails_is_tried_again() -> None:
    """Until then nothing is seeded."""
    async with Scene() as scene:
        scene.cluster.faults["list", "Toy"] = Unavailable("list", 503, "later")
        scene.resync.informer_listed(TOYS)
        await asyncio.sleep(0.05)
        assert TOYS in scene.resync.unseeded()
        scene.cluster.faults.clear()
        await scene.until(lambda: TOYS not in scene.resync.unseeded())


async def test_a_long_list_is_taken_over_page_by_page() -> None:
    """All of it is known, and what it did not name is forgotten."""
    async with Scene() as scene:
        for number in range(5):
            await scene.cluster.create(toy_manifest("ns", f"toy-{number}"))
        scene.resync.informer_listed(TOYS)
        await scene.until(lambda: len(scene.cache.names("Toy")) == 5)
        del scene.cluster.objects["Toy", "ns", "toy-3"]
        scene.cluster.version += 1
        scene.resync.informer_listed(TOYS)
        await scene.until(lambda: len(scene.cache.names("Toy")) == 4)


async def test_an_optional_kind_that_is_absent_holds_nobody_up() -> None:
    """It is said that it is not there; when it comes, it is taken over."""
    async with Scene("Job") as scene:
        scene.cluster.faults["list", "Job"] = NotFound("list", 404, "no such kind")
        scene.resync.informer_listed(TOYS)
        async with asyncio.timeout(60):
            await scene.resync.seeded()
        assert {"Job": False} == scene.present
        scene.cluster.faults.clear()
        scene.resync.informer_listed(JOBS)
        await scene.until(lambda: scene.present == {"Job": True})


async def test_an_optional_kind_that_goes_is_no_fault_of_its_list() -> None:
    """That it is gone is said once, and nothing is tried again until it comes."""
    async with Scene("Job") as scene:
        for scope in (TOYS, JOBS):
            scene.resync.informer_listed(scope)
        await scene.until(lambda: scene.present == {"Job": True})
        scene.cluster.faults["list", "Job"] = NotFound("list", 404, "no such kind")
        with capture_logs() as logs:
            scene.resync.informer_listed(JOBS)
            await scene.until(lambda: scene.present == {"Job": False})
        assert ["the cluster does without an optional kind"] == [log["event"] for log in logs]


async def test_an_optional_kind_that_is_there_is_waited_for() -> None:
    """What is of it must be known before anything is decided."""
    async with Scene("Job") as scene:
        scene.resync.informer_listed(TOYS)
        await scene.until(lambda: TOYS not in scene.resync.unseeded())
        await asyncio.sleep(0.05)
        assert [JOBS] == scene.resync.unseeded()


@pytest.mark.parametrize(("objects", "seconds"), [(1, 3600), (360, 10), (3600, 1), (40_000, 1)])
def test_a_large_fleet_is_looked_at_no_faster(objects: int, seconds: float) -> None:
    """Every object once an hour, but at most one a second: an idle operator stays idle."""
    assert seconds == pause_between(objects)
