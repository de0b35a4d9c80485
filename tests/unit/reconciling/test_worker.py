"""A worker goes on, whatever one object does."""

from __future__ import annotations

import asyncio

import pytest
from toy_context import KEY, ToyContext, toy_context

from trainyard.clients.faults import ClusterFault, Conflict, Forbidden, Refused, Unavailable
from trainyard.reconciling.queue import MENDABLE_SECONDS, OUTAGE_SECONDS, Key, WorkQueue
from trainyard.reconciling.worker import Outcome, work


class Patience(WorkQueue):
    """A queue whose keys have all failed many times, and that tells how long the next wait is."""

    wait = 0.0

    def failed(self, key: Key, longest: float = 3600.0) -> float:
        """See WorkQueue.failed."""
        for _ in range(20):
            self.wait = super().failed(key, longest)
        return self.wait


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        pytest.param(Unavailable("put", 503, "overloaded"), OUTAGE_SECONDS, id="an outage"),
        pytest.param(Refused("put", 422, "no"), MENDABLE_SECONDS, id="a refusal"),
        pytest.param(Forbidden("put", 403, "no"), MENDABLE_SECONDS, id="a right that is missing"),
        pytest.param(RuntimeError("ours"), 120.0, id="a defect of ours"),
    ],
)
async def test_how_long_the_next_try_waits_at_the_most(fault: Exception, seconds: float) -> None:
    """Nobody tells us when an outage is over, or somebody mended what stood against it."""
    here = toy_context()
    await here.paint(color="red")
    here.cluster.faults["put_status", "Toy"] = fault  # type: ignore[assignment]
    queue = Patience(lambda: 0.0, lambda: 1.0)
    await outcome_of(here, queue)
    assert seconds == queue.wait


async def outcome_of(here: ToyContext, queue: WorkQueue | None = None) -> tuple[Outcome, int]:
    """Return how the toy's next pass ended, and how many keys are failing after it."""
    queue = queue or WorkQueue(lambda: 0.0, lambda: 0.0)
    for (kind, _, _), raw in here.cluster.objects.items():
        here.cache.put(kind, raw)
    ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    queue.add(KEY)
    worker = asyncio.create_task(work(queue, here.context, lambda *ran: ended.set_result(ran[1])))
    async with asyncio.timeout(60):
        outcome = await ended
    queue.close()
    await worker
    return outcome, queue.failing()


async def test_a_pass_that_works_is_done() -> None:
    """Nothing is owed."""
    here = toy_context()
    await here.paint(color="red")
    assert (Outcome.DONE, 0) == await outcome_of(here)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        pytest.param(Conflict("put", 409, "modified"), (Outcome.CONFLICT, 0), id="a conflict"),
        pytest.param(Unavailable("put", 0, "refused"), (Outcome.FAULT, 1), id="an outage"),
    ],
)
async def test_a_fault_of_the_cluster_comes_again_later(
    fault: ClusterFault, outcome: tuple[Outcome, int]
) -> None:
    """Counted by what it was; a conflict is no failure."""
    here = toy_context()
    await here.paint(color="red")
    here.cluster.faults["put_status", "Toy"] = fault
    assert outcome == await outcome_of(here)


async def test_a_defect_of_a_slice_does_not_end_the_worker() -> None:
    """The worker lives to be stopped in order."""
    here = toy_context()
    await here.paint(poison=True)
    assert (Outcome.DEFECT, 1) == await outcome_of(here)


async def test_a_foreign_child_is_a_fault_not_a_defect() -> None:
    """Somebody may take it away."""
    here = toy_context()
    metadata = {"namespace": "ns", "name": "a-color"}
    await here.cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    await here.paint(color="red")
    assert (Outcome.FAULT, 1) == await outcome_of(here)
