"""Who leads, by what was seen of the lease and by one's own clock."""

from __future__ import annotations

import asyncio

import pytest
from fakes import FakeCluster

from trainyard.clients.faults import Unavailable
from trainyard.process.election import Elector, LeaseLost, Terms


class Clock:
    """A clock in the test's hand."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def elector(cluster: FakeCluster, clock: Clock, identity: str) -> Elector:
    """Return a replica that acts without waiting."""
    return Elector(cluster, Terms("ns", "lease", identity, every=0.001), clock)


async def leads(replica: Elector) -> bool:
    """Tell whether the replica gets the lease now."""
    try:
        async with asyncio.timeout(0.05):
            await replica.acquire()
    except TimeoutError:
        return False
    return True


def holder(cluster: FakeCluster) -> str:
    """Return who holds the lease."""
    return str(cluster.objects["Lease", "ns", "lease"]["spec"]["holderIdentity"])


async def test_the_first_takes_it_and_the_second_waits() -> None:
    """One leads at a time."""
    cluster, clock = FakeCluster(), Clock()
    assert await leads(elector(cluster, clock, "one"))
    assert not await leads(elector(cluster, clock, "two"))
    assert "one" == holder(cluster)


@pytest.mark.parametrize(
    ("seconds", "taken"),
    [
        pytest.param(14.0, False, id="not before it is over"),
        pytest.param(16.0, True, id="when nothing was renewed for 15 s"),
    ],
)
async def test_a_dead_leaders_lease_is_taken(*, seconds: float, taken: bool) -> None:
    """Counted from when the last renewal was seen, by our own clock."""
    cluster, clock = FakeCluster(), Clock()
    await leads(elector(cluster, clock, "one"))
    two = elector(cluster, clock, "two")
    await leads(two)
    clock.now += seconds
    assert taken is await leads(two)


async def test_a_lease_that_is_renewed_is_not_taken() -> None:
    """Every change that is seen starts the count again."""
    cluster, clock = FakeCluster(), Clock()
    one, two = elector(cluster, clock, "one"), elector(cluster, clock, "two")
    await leads(one)
    await leads(two)
    for _ in range(3):
        clock.now += 10
        await leads(one)
        assert not await leads(two)


async def test_a_renewal_is_one_request() -> None:
    """Who holds the lease knows how it is: others would have changed it."""
    cluster, clock = FakeCluster(), Clock()
    one = elector(cluster, clock, "one")
    await leads(one)
    cluster.faults["get", "Lease"] = Unavailable("get", 503, "nobody should ask")
    assert await leads(one)
    assert ["create", "patch"] == [verb for verb, _, _ in cluster.writes]


async def test_a_lease_that_another_took_is_looked_at() -> None:
    """It is lost, and not taken back."""
    cluster, clock = FakeCluster(), Clock()
    one, two = elector(cluster, clock, "one"), elector(cluster, clock, "two")
    await leads(one)
    await leads(two)
    clock.now += 16
    await leads(two)
    assert not await leads(one)
    assert "two" == holder(cluster)


async def test_a_released_lease_is_taken_at_once() -> None:
    """A stop in order costs the next replica no wait."""
    cluster, clock = FakeCluster(), Clock()
    one, two = elector(cluster, clock, "one"), elector(cluster, clock, "two")
    await leads(one)
    await one.release()
    assert await leads(two)


async def test_releasing_leaves_anothers_lease_alone() -> None:
    """Only our own is given back."""
    cluster, clock = FakeCluster(), Clock()
    await leads(elector(cluster, clock, "one"))
    await elector(cluster, clock, "two").release()
    assert "one" == holder(cluster)


async def test_a_leader_that_cannot_renew_gives_up() -> None:
    """Ten seconds, five before anybody else may take over."""
    cluster, clock = FakeCluster(), Clock()
    one = elector(cluster, clock, "one")
    await leads(one)
    for verb in ("get", "patch"):
        cluster.faults[verb, "Lease"] = Unavailable(verb, 0, "refused")
    keeping = asyncio.create_task(one.keep())
    await asyncio.sleep(0.05)
    assert not keeping.done()
    clock.now += 10
    with pytest.raises(LeaseLost):
        await keeping


async def test_a_leader_that_renews_goes_on() -> None:
    """However much time passes."""
    cluster, clock = FakeCluster(), Clock()
    one = elector(cluster, clock, "one")
    await leads(one)
    keeping = asyncio.create_task(one.keep())
    for _ in range(5):
        clock.now += 9
        await asyncio.sleep(0.05)
    assert not keeping.done()
    keeping.cancel()
    await asyncio.wait({keeping})
