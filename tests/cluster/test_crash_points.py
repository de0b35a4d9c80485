"""The main flow with the operator killed after each single write, and with each answer lost.

Proves: operator/trainyard/reconciling/audit.py
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from cluster.audit_lines import decisions_in, story_of
from cluster.flow_stage import Stage, stage
from cluster.main_flow import Flow, differences
from cluster.proxy import READING, Fault

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]


@dataclass(frozen=True, slots=True)
class Life:
    """What a flow came to."""

    end: dict[str, Any]
    created: dict[str, int]
    changes: set[str]
    faults: int
    """How often the operator was killed, or an answer was lost."""
    told: dict[str, list[tuple[int, str]]]
    """What the log says was decided, by object."""


async def undisturbed(flow: Flow) -> Callable[[], int]:
    """Do nothing."""
    return lambda: 0


async def killed_after_each_write(flow: Flow) -> Callable[[], int]:
    """Kill the operator whenever the API server has done what it asked for; it never learns."""
    flow.proxy.after_change = lambda _: _next_life(flow)
    return lambda: flow.proxy.lives


async def _next_life(flow: Flow) -> None:
    proxy = flow.proxy
    proxy.lives += 1
    proxy.down = True
    await flow.process.kill()
    proxy.cut_watches()
    await asyncio.sleep(0.05)  # what the dead one still had in its sockets is dropped
    proxy.down = False
    await flow.process.start()


@dataclass(slots=True)
class EveryThirdAnswerLost(Fault):
    """Cuts the connection after the API server did what was asked."""

    seen: int = 0
    lost: int = 0

    def takes(self, request: web.Request) -> bool:
        """Tell whether the answer to this request is lost."""
        if request.method in READING:
            return False
        self.seen += 1
        lost = self.seen % 3 == 1
        self.lost += lost
        return lost


def answers_lost(first: int) -> Callable[[Flow], Awaitable[Callable[[], int]]]:
    """Return what loses the answer of every third write, beginning with the `first`."""

    async def disturb(flow: Flow) -> Callable[[], int]:
        fault = EveryThirdAnswerLost(0, after=True, seen=1 - first)
        flow.proxy.faults.append(fault)
        return lambda: fault.lost

    return disturb


async def _life(place: Stage, disturb: Callable[[Flow], Awaitable[Callable[[], int]]]) -> Life:
    async with place.flow() as flow:
        faults = await disturb(flow)
        await flow.run()
        told = story_of(decisions_in(flow.process.log))
        return Life(await flow.end_state(), flow.created(), flow.changes(), faults(), told)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lives() -> AsyncIterator[dict[str, asyncio.Task[Life]]]:
    """Give the flows, all at work at once, by what is done to them."""
    disturbances = {
        "nothing": undisturbed,
        "killed": killed_after_each_write,
        "first answers lost": answers_lost(1),
        "second answers lost": answers_lost(2),
        "third answers lost": answers_lost(3),
    }
    async with stage() as place:
        found = {name: asyncio.create_task(_life(place, d)) for name, d in disturbances.items()}
        yield found
        for task in found.values():
            task.cancel()
        await asyncio.gather(*found.values(), return_exceptions=True)


async def test_the_flow_creates_each_object_once(lives: dict[str, asyncio.Task[Life]]) -> None:
    """Undisturbed, it ends with two versions, of which the second serves, and nothing twice."""
    life = await lives["nothing"]
    assert dict.fromkeys(life.created, 1) == life.created
    assert {"ModelVersion": 2, "Deployment": 2, "Job": 2} == {
        kind: sum(name.startswith(f"{kind}/") for name in life.end)
        for kind in ("ModelVersion", "Deployment", "Job")
    }


def labels_of_the_retired(changes: set[str]) -> set[str]:
    """Return the changes that come too late after a crash: what is to be deleted has no role."""
    deleted = {change for change in changes if change.startswith("DELETE ")}
    return {c.replace("DELETE ", "PATCH ") for c in deleted if "/deployments/" in c}


@pytest.mark.parametrize(
    "disturbance",
    [
        pytest.param("killed", id="killed after every single write"),
        pytest.param("first answers lost", id="the answers to writes 1, 4, 7 … are lost"),
        pytest.param("second answers lost", id="the answers to writes 2, 5, 8 … are lost"),
        pytest.param("third answers lost", id="the answers to writes 3, 6, 9 … are lost"),
    ],
)
async def test_every_crash_point_converges_to_the_same_end(
    lives: dict[str, asyncio.Task[Life]], disturbance: str
) -> None:
    """Same objects, specs, statuses and history; each child is created once; every write of the
    undisturbed flow was a crash point.
    """
    expected, found = await lives["nothing"], await lives[disturbance]
    assert [] == differences(expected.end, found.end)
    assert expected.created == found.created
    assert expected.changes - labels_of_the_retired(expected.changes) <= found.changes
    assert found.faults > len(expected.changes) / 3


@pytest.mark.parametrize(
    "disturbance", ["nothing", "killed", "first answers lost", "second answers lost"]
)
async def test_the_log_alone_tells_the_whole_life(
    lives: dict[str, asyncio.Task[Life]], disturbance: str
) -> None:
    """Every decision of every object without a gap, also those whose writer was killed before it
    could tell; the two promotions among them.
    """
    life = await lives[disturbance]
    for place, entries in life.told.items():
        assert [*range(1, len(entries) + 1)] == [number for number, _ in entries], place
    recorded = {
        place: [(entry["number"], entry["reason"]) for entry in raw["status"]["history"]]
        for place, raw in life.end.items()
        if raw["status"].get("history")
    }
    assert recorded == {place: life.told[place][-len(kept) :] for place, kept in recorded.items()}
    reasons = [reason for _, reason in life.told["ModelDeployment/tumours"]]
    assert 2 == reasons.count("Promoted"), reasons
