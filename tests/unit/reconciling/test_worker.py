"""A worker goes on, whatever one object does."""

from __future__ import annotations

import asyncio

import pytest
from toy_stage import KEY, ToyStage, toy_stage

from trainyard.clients.faults import ClusterFault, Conflict, Unavailable
from trainyard.reconciling.queue import WorkQueue
from trainyard.reconciling.worker import Outcome, work


async def outcome_of(here: ToyStage) -> tuple[Outcome, int]:
    """Return how the toy's next pass ended, and how many keys are failing after it."""
    queue = WorkQueue(lambda: 0.0, lambda: 0.0)
    for (kind, _, _), raw in here.cluster.objects.items():
        here.cache.put(kind, raw)
    ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    queue.add(KEY)
    worker = asyncio.create_task(work(queue, here.stage, lambda *ran: ended.set_result(ran[1])))
    async with asyncio.timeout(5):
        outcome = await ended
    queue.close()
    await worker
    return outcome, queue.failing()


async def test_a_pass_that_works_is_done() -> None:
    """Nothing is owed."""
    here = toy_stage()
    await here.paint(color="red")
    assert (Outcome.DONE, 0) == await outcome_of(here)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        pytest.param(Conflict("put", 409, "modified"), Outcome.CONFLICT, id="a conflict"),
        pytest.param(Unavailable("put", 0, "refused"), Outcome.FAULT, id="an outage"),
    ],
)
async def test_a_fault_of_the_cluster_comes_again_later(
    fault: ClusterFault, outcome: Outcome
) -> None:
    """Counted by what it was, and backed off."""
    here = toy_stage()
    await here.paint(color="red")
    here.cluster.faults["put_status", "Toy"] = fault
    assert (outcome, 1) == await outcome_of(here)


async def test_a_defect_of_a_slice_does_not_end_the_worker() -> None:
    """The worker lives to be stopped in order."""
    here = toy_stage()
    await here.paint(poison=True)
    assert (Outcome.DEFECT, 1) == await outcome_of(here)


async def test_a_foreign_child_is_a_fault_not_a_defect() -> None:
    """Somebody may take it away."""
    here = toy_stage()
    metadata = {"namespace": "ns", "name": "a-color"}
    await here.cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    await here.paint(color="red")
    assert (Outcome.FAULT, 1) == await outcome_of(here)
