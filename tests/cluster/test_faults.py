"""The main flow against an API server that refuses, fails, cuts watches or is not there at all."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from cluster.flow_stage import Stage, stage
from cluster.main_flow import Flow, differences
from cluster.proxy import READING, Fault
from cluster.rig import eventually
from cluster_access import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = (403, 409, 422, 500, 503)
REFUSED_SHARE = 0.1
OUTAGE_SECONDS = 60
SILENT_SECONDS = 60
SETTLING_SECONDS = 15
"""What watches may need to be open again after a CRD was changed."""
CUT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Life:
    """What a flow came to."""

    end: dict[str, Any]
    created: dict[str, int]
    noted: dict[str, int]
    """What the test counted meanwhile."""


@dataclass(slots=True)
class SomeRefused(Fault):
    """Answers a share of the writes itself, chosen by a seed."""

    chance: random.Random = field(default_factory=lambda: random.Random(7))
    refused: Counter[str] = field(default_factory=Counter)

    def takes(self, request: web.Request) -> bool:
        """Tell whether this write is refused, and choose with what."""
        if request.method in READING or self.chance.random() >= REFUSED_SHARE:
            return False
        self.status = self.chance.choice(ANSWERS)
        self.refused[str(self.status)] += 1
        return True


async def settled_and_silent(flow: Flow) -> dict[str, int]:
    """Run undisturbed, then watch what the settled operator asks of the API server.

    A minute in which another test changed a CRD proves nothing, as the API server then ends the
    watches of that kind: it is taken again.
    """
    await flow.run()
    earlier, crds = "", await asyncio.to_thread(_generations_of_crds)
    while earlier != crds:
        await asyncio.sleep(SETTLING_SECONDS)
        before = len(flow.proxy.exchanges)
        await asyncio.sleep(SILENT_SECONDS)
        earlier, crds = crds, await asyncio.to_thread(_generations_of_crds)
    place = f"/api/v1/namespaces/{flow.namespace}"
    requests = [e for e in flow.proxy.exchanges[before:] if e.path != place]
    return dict(Counter(f"{e.method} {e.path}" for e in requests))


def _generations_of_crds() -> str:
    return kubectl("get", "crds", "-o=jsonpath={.items[*].metadata.generation}").stdout


async def refused_and_cut(flow: Flow) -> dict[str, int]:
    """Run with refused writes and with watches that break every few seconds."""
    fault = SomeRefused(0)
    flow.proxy.faults.append(fault)
    running = asyncio.create_task(flow.run())
    cuts = 0
    while not running.done():
        await asyncio.wait({running}, timeout=CUT_SECONDS)
        flow.proxy.cut_watches()
        cuts += 1
    await running
    return dict(fault.refused) | {"cuts": cuts}


async def cut_off_amid_the_rollout(flow: Flow) -> dict[str, int]:
    """Run, and take the API server away for a minute while the canary has its first requests."""

    async def canary_has_requests() -> None:
        status = await flow.status("ModelDeployment", "tumours")
        assert (status.get("rollout") or {}).get("step"), status.get("why")

    running = asyncio.create_task(flow.run())
    await eventually(canary_has_requests)
    process = flow.process.pid
    flow.proxy.down = True
    flow.proxy.cut_watches()
    await asyncio.sleep(OUTAGE_SECONDS)
    status = await flow.status("ModelDeployment", "tumours")
    flow.proxy.down = False
    await running
    survived = flow.process.is_alive() and flow.process.pid == process
    return {"survived": survived, "step in the outage": status["rollout"]["step"]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lives() -> AsyncIterator[dict[str, asyncio.Task[Life]]]:
    """Give the flows, all at work at once."""
    stories = {
        "silent": (settled_and_silent, True),
        "refused": (refused_and_cut, False),
        "outage": (cut_off_amid_the_rollout, True),
    }

    async def life(place: Stage, name: str) -> Life:
        story, prometheus = stories[name]
        async with place.flow(prometheus=prometheus) as flow:
            noted = await story(flow)
            return Life(await flow.end_state(), flow.created(), noted)

    async with stage() as place:
        found = {name: asyncio.create_task(life(place, name)) for name in stories}
        yield found
        for task in found.values():
            task.cancel()
        await asyncio.gather(*found.values(), return_exceptions=True)


async def test_a_settled_operator_asks_for_nothing(lives: dict[str, asyncio.Task[Life]]) -> None:
    """For a minute there is no write and no read; only the namespace itself is looked at, which
    a namespaced operator may not watch.
    """
    assert {} == (await lives["silent"]).noted


async def test_refused_and_failed_writes_and_cut_watches_are_recovered_from(
    lives: dict[str, asyncio.Task[Life]],
) -> None:
    """The end is that of a life without faults, and no child was created twice."""
    expected, found = await lives["silent"], await lives["refused"]
    assert [] == differences(expected.end, found.end)
    assert expected.created == found.created
    assert {str(status) for status in ANSWERS} <= set(found.noted)
    assert found.noted["cuts"] > 3


async def test_an_outage_of_a_minute_is_sat_out(lives: dict[str, asyncio.Task[Life]]) -> None:
    """The process lives on, the weights stay meanwhile, and then the rollout goes on."""
    expected, found = await lives["silent"], await lives["outage"]
    assert [] == differences(expected.end, found.end)
    assert expected.created == found.created
    assert {"survived": True, "step in the outage": 1} == found.noted
