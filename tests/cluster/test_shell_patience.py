"""What takes a minute to see: the stories run side by side, each test tells one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from cluster.proxy import Exchange, Fault
from cluster.rig import Yard, connected, yard

pytestmark = pytest.mark.cluster

QUIET_SECONDS = 60
OUTAGE_SECONDS = 60
TOYS = {f"toy-{number}": "red" for number in range(20)}

Story = Callable[[Yard], Awaitable[object]]


@pytest.fixture(scope="module")
def stories() -> Iterator[dict[str, Future[object]]]:
    """Start all stories at once, each with an event loop and a namespace of its own."""
    told: tuple[Story, ...] = (quiet_minute, outage, forbidden_minute, takeover, frozen_api)
    with ThreadPoolExecutor(len(told)) as threads:
        yield {story.__name__: threads.submit(asyncio.run, _told(story)) for story in told}


async def _told(story: Story) -> object:
    async with connected() as cluster, yard(cluster) as here:
        return await story(here)


async def quiet_minute(here: Yard) -> object:
    """Return what a settled operator asked of the API server during a minute."""
    await _with_toys(here, lease=True)
    await asyncio.sleep(2)
    before = len(here.proxy.exchanges)
    await asyncio.sleep(QUIET_SECONDS)
    return here.proxy.exchanges[before:]


async def outage(here: Yard) -> object:
    """Return how often the process had to be started to live through an outage of a minute."""
    await _with_toys(here)
    here.proxy.down = True
    here.proxy.cut_watches()
    await here.delete_toy("toy-0")
    await here.apply_toy("toy-1", color="blue")
    await asyncio.sleep(OUTAGE_SECONDS)
    here.proxy.down = False
    await here.settled(_changed())
    return here.operators[0].process and here.operators[0].process.returncode


async def forbidden_minute(here: Yard) -> object:
    """Return the exit code, if any, after a minute in which lists and watches were forbidden."""
    await _with_toys(here)
    here.proxy.stale = True
    forbidden = Fault(403, "GET", "/(toys|configmaps|jobs)")
    here.proxy.faults.append(forbidden)
    here.proxy.cut_watches()
    await here.delete_toy("toy-0")
    await here.apply_toy("toy-1", color="blue")
    await asyncio.sleep(OUTAGE_SECONDS)
    here.proxy.stale = False
    here.proxy.faults.remove(forbidden)
    await here.settled(_changed())
    return here.operators[0].process and here.operators[0].process.returncode


async def takeover(here: Yard) -> object:
    """Return the seconds from the death of the leader until the other replica led."""
    await _with_toys(here, lease=True)
    first = await _leader(here)
    await here.operator(lease=True).start()
    await asyncio.sleep(5)
    here.operators[0].kill()
    began = asyncio.get_running_loop().time()
    while await _leader(here) == first:  # noqa: ASYNC110 — the event is in the cluster
        await asyncio.sleep(0.2)
    seconds = asyncio.get_running_loop().time() - began
    await here.apply_toy("toy-0", color="blue")
    await here.settled(TOYS | {"toy-0": "blue"})
    return seconds


async def frozen_api(here: Yard) -> object:
    """Return the exit code of a leader that cannot renew its lease, and after how long."""
    await _with_toys(here, lease=True)
    here.proxy.down = True
    here.proxy.cut_watches()
    began = asyncio.get_running_loop().time()
    code = await here.operators[0].exit_code()
    return code, asyncio.get_running_loop().time() - began


def test_a_settled_system_makes_no_request_for_a_minute(
    stories: dict[str, Future[object]],
) -> None:
    """But for the lease and the look at the namespace nothing is asked and nothing written."""
    asked = stories["quiet_minute"].result()
    assert isinstance(asked, list)
    assert [] == [exchange for exchange in asked if not _is_housekeeping(exchange)]


def test_an_outage_of_a_minute_is_survived_by_the_same_process(
    stories: dict[str, Future[object]],
) -> None:
    """What changed or went meanwhile is made up for, without a restart and without ghosts."""
    assert stories["outage"].result() is None


def test_a_minute_without_rights_is_survived_by_the_same_process(
    stories: dict[str, Future[object]],
) -> None:
    """When the rights are back, so is the operator."""
    assert stories["forbidden_minute"].result() is None


def test_the_second_replica_takes_over_from_a_killed_one(
    stories: dict[str, Future[object]],
) -> None:
    """It waits until the dead one's lease is over, and not much longer."""
    seconds = stories["takeover"].result()
    assert isinstance(seconds, float)
    assert seconds < 45


def test_a_leader_that_cannot_renew_ends_before_another_may_lead(
    stories: dict[str, Future[object]],
) -> None:
    """It ends with a code that makes the pod start again, within the 15 s that a lease is valid."""
    found = stories["frozen_api"].result()
    assert isinstance(found, tuple)
    code, seconds = found
    assert 1 == code
    assert seconds < 15


async def _with_toys(here: Yard, *, lease: bool = False) -> None:
    await here.operator(lease=lease).start()
    await asyncio.gather(*(here.apply_toy(name, color=color) for name, color in TOYS.items()))
    await here.settled(TOYS)


async def _leader(here: Yard) -> str:
    lease = await here.cluster.get("Lease", here.namespace, "trainyard-default") or {}
    return str(lease.get("spec", {}).get("holderIdentity", ""))


def _changed() -> dict[str, str]:
    return {name: color for name, color in TOYS.items() if name != "toy-0"} | {"toy-1": "blue"}


def _is_housekeeping(exchange: Exchange) -> bool:
    return "/leases" in exchange.path or (
        exchange.path.startswith("/api/v1/namespaces/toys-") and (exchange.path.count("/") == 4)
    )
