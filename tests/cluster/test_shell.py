"""The operator's machinery as a real process on a real API server, with a toy kind."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from cluster.proxy import Exchange, Fault
from cluster.rig import Operator, Yard, eventually, yard

from trainyard.clients.cluster import KubernetesCluster
from trainyard.objects import ObjectRef
from trainyard.ownership import REQUEST

pytestmark = pytest.mark.cluster


async def test_each_object_costs_one_status_one_apply_and_one_create(
    here: Yard, operator: Operator
) -> None:
    """A new object is brought to its end state by three writes."""
    await here.apply_toy("a", color="red")
    await here.settled({"a": "red"})
    await asyncio.sleep(1)
    assert [("PUT", 200), ("PATCH", 201), ("POST", 201)] == [
        (write.method, write.status) for write in here.proxy.writes()
    ]


async def test_every_kill_converges_to_the_same_end_without_duplicates(
    cluster: KubernetesCluster,
) -> None:
    """However early or late the process dies, each Job is created once and the end is the same."""
    reference = await _life(cluster, kill_at=0)
    limit = asyncio.Semaphore(3)

    async def killed(at: int) -> list[Exchange]:
        async with limit:
            return await _life(cluster, kill_at=at)

    lives = await asyncio.gather(*(killed(at) for at in range(1, len(reference) + 1)))
    assert [_created(reference)] * len(lives) == [_created(life) for life in lives]


async def _life(cluster: KubernetesCluster, *, kill_at: int) -> list[Exchange]:
    """Return the writes of a toy's life in which the operator is killed after one of them."""
    async with yard(cluster) as here:
        operator = here.operator()

        def after_write(count: int) -> None:
            if count == kill_at:
                operator.kill()
                restarts.append(asyncio.create_task(_restart(operator)))

        restarts: list[asyncio.Task[None]] = []
        here.proxy.after_write = after_write
        await operator.start()
        for color in ("red", "blue"):
            await here.apply_toy("a", color=color)
            await here.settled({"a": color})
        await asyncio.sleep(0.5)  # Jobs that go, go after the new one is there
        await here.settled({"a": "blue"})
        toy = await cluster.get("Toy", here.namespace, "a")
        assert toy
        assert toy["status"]["changes"] == 2
        return here.proxy.writes()


async def _restart(operator: Operator) -> None:
    await operator.exit_code()
    await operator.start()


def _created(writes: list[Exchange]) -> int:
    return sum(write.method == "POST" and write.status == 201 for write in writes)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(409, "PUT", "/toys/", times=3), id="status conflicts"),
        pytest.param(Fault(500, "PUT", "/toys/", times=3), id="status answered with 500"),
        pytest.param(Fault(422, "PUT", "/toys/", times=3), id="status refused"),
        pytest.param(Fault(403, "PATCH", "/configmaps/", times=3), id="child forbidden"),
        pytest.param(Fault(422, "PATCH", "/configmaps/", times=3), id="child refused"),
        pytest.param(Fault(503, "POST", "/jobs", times=3), id="child answered with 503"),
        pytest.param(
            Fault(504, "POST", "/jobs", times=2, after=True), id="created, but the answer was lost"
        ),
        pytest.param(
            Fault(504, "PUT", "/toys/", times=2, after=True), id="written, but the answer was lost"
        ),
        pytest.param(Fault(409, "DELETE", "/jobs/", times=2), id="delete conflicts"),
        pytest.param(Fault(403, "GET", "/jobs", times=3), id="reads forbidden"),
    ],
)
async def test_a_fault_of_a_request_is_recovered_from(
    here: Yard, operator: Operator, fault: Fault
) -> None:
    """The object converges once the fault is over, and says nothing of it any more."""
    here.proxy.faults.append(replace(fault))
    await here.apply_toy("a", color="red")
    await here.settled({"a": "red"})
    await here.apply_toy("a", color="blue")
    await here.settled({"a": "blue"})

    async def no_complaint() -> None:
        assert ("", "") == await here.condition("a", "Stalled")

    await eventually(no_complaint)


async def test_a_poison_object_delays_nobody(here: Yard) -> None:
    """Thirty objects converge beside one whose decision always throws, with a single worker."""
    operator = here.operator(workers=1)
    await operator.start()
    await here.apply_toy("poison", poison=True)
    names = [f"toy-{number}" for number in range(30)]
    await asyncio.gather(*(here.apply_toy(name, color="red") for name in names))

    async def healthy_ones() -> None:
        found = await here.snapshot()
        assert dict.fromkeys(names, ("red", "red", "red")) == {n: found[n] for n in names}

    await eventually(healthy_ones)
    metrics = await _get(operator, "/metrics")
    assert 'trainyard_reconciles_total{controller="toys",outcome="defect"}' in metrics
    assert "ok" == await _get(operator, "/livez")


async def test_an_optional_kind_that_is_absent_holds_nobody_up(
    here: Yard, operator: Operator
) -> None:
    """Toys would read Stickers, which no cluster has: they are looked after all the same."""
    await here.apply_toy("a", color="red")
    await here.settled({"a": "red"})
    assert 'trainyard_kind_present{kind="Sticker"} 0.0' in await _get(operator, "/metrics")
    assert "ok" == await _get(operator, "/readyz")


async def test_a_foreign_child_is_reported_and_left_alone(here: Yard, operator: Operator) -> None:
    """An object under a child's name without our owner reference is never touched."""
    foreign = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": here.namespace, "name": "a-color"},
        "data": {"color": "mine"},
    }
    await here.cluster.create(foreign)
    await here.apply_toy("a", color="red")

    async def reported() -> None:
        assert ("True", "ChildNotOwned") == await here.condition("a", "Stalled")

    await eventually(reported)
    found = await here.cluster.get("ConfigMap", here.namespace, "a-color")
    assert found
    assert {"color": "mine"} == found["data"]
    await here.cluster.delete(ObjectRef("ConfigMap", here.namespace, "a-color"))
    await here.settled({"a": "red"})


async def test_a_refused_child_is_a_condition_until_the_user_mends_it(
    here: Yard, operator: Operator
) -> None:
    """What the API server says about the child stands in the owner's status, and then goes."""
    await here.apply_toy("a", color="red", brokenChild=True)

    async def refused() -> None:
        assert ("True", "ChildRefused") == await here.condition("a", "Stalled")

    async def mended() -> None:
        assert ("", "") == await here.condition("a", "Stalled")

    await eventually(refused)
    await here.apply_toy("a", color="red", brokenChild=False)
    await here.settled({"a": "red"})
    await eventually(mended)


async def test_an_unreadable_spec_is_a_condition_and_no_crash_loop(
    here: Yard, operator: Operator
) -> None:
    """An object that does not fit the model is told so once, and works when corrected."""
    await here.apply_toy("a", color={"not": "a string"})

    async def unreadable() -> None:
        assert ("True", "SpecUnreadable") == await here.condition("a", "Stalled")

    await eventually(unreadable)
    await asyncio.sleep(2)
    assert 1 == len(here.proxy.writes())
    await here.apply_toy("a", color="red")
    await here.settled({"a": "red"})


async def test_a_hold_on_the_namespace_stops_everything_in_it(here: Yard) -> None:
    """Under `hold` nothing but the condition is written; without it the work goes on."""
    space = ObjectRef("Namespace", "", here.namespace)
    await here.cluster.patch(space, {"metadata": {"annotations": {REQUEST: "pause@all"}}})
    await here.apply_toy("a", color="red")
    operator = here.operator()
    await operator.start()

    async def held() -> None:
        assert ("True", "NamespacePaused") == await here.condition("a", "Stalled")

    await eventually(held)
    assert 1 == len(here.proxy.writes())
    await here.cluster.patch(space, {"metadata": {"annotations": {REQUEST: None}}})
    await here.settled({"a": "red"})


async def test_a_child_that_somebody_changed_or_deleted_comes_back(
    here: Yard, operator: Operator
) -> None:
    """Drift of a child is seen and undone."""
    await here.apply_toy("a", color="red")
    await here.settled({"a": "red"})
    child = ObjectRef("ConfigMap", here.namespace, "a-color")
    await here.cluster.patch(child, {"data": {"color": "stolen"}})
    await here.settled({"a": "red"})
    await here.cluster.delete(child)
    await here.settled({"a": "red"})


async def test_sigterm_ends_with_zero_and_gives_the_lease_back(here: Yard) -> None:
    """A stop that was asked for is no fault, and the next replica need not wait."""
    operator = here.operator(lease=True)
    await operator.start()
    await here.apply_toy("a", color="red")
    await here.settled({"a": "red"})
    assert 0 == await operator.stop()
    lease = await here.cluster.get("Lease", here.namespace, "trainyard-default")
    assert lease
    assert "" == lease["spec"].get("holderIdentity", "")


async def _get(operator: Operator, path: str) -> str:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{operator.port}{path}") as answer,
    ):
        return await answer.text()
