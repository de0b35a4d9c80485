"""Two installations in one cluster, each with models; and two over one namespace.

Proves: operator/trainyard/reconciling/installations.py
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import cycle

import pytest
import pytest_asyncio
from cluster.flow_stage import Stage, beside, stage
from cluster.main_flow import FIRST_ROWS, MORE_ROWS, OURS, Flow, differences, manifests
from cluster.proxy import Exchange
from cluster.rig import eventually

from trainyard.reconciling.installations import status_writers

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]

LAST_WRITES_SECONDS = 5
"""What the dead ones had asked is done by then: the next one takes it for the past."""
OTHERS = [
    pytest.param({"TRAINYARD_INSTALLATION": "second"}, "second", id="another name, another store"),
    pytest.param(
        {"TRAINYARD_OPERATOR_NAMESPACE": "elsewhere"}, "default", id="one name, one store"
    ),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Stage]:
    """Give the scripted node with its routers."""
    async with stage() as found:
        yield found


async def begun(flow: Flow) -> None:
    """Do what a user does at first."""
    flow.sources.rows[flow.namespace] = FIRST_ROWS
    await flow.cluster.create(flow.data())
    for manifest in manifests(flow.pod):
        manifest["metadata"]["namespace"] = flow.namespace
        await flow.cluster.create(manifest)


async def writers(flow: Flow) -> set[str]:
    """Return who wrote a status in the flow's namespace."""
    listed = [await flow.cluster.list(kind, flow.namespace) for kind in OURS]
    return {
        entry["manager"]
        for found in listed
        for raw in found.items
        for entry in status_writers(raw["metadata"])
    }


async def test_each_leaves_the_models_of_the_other_alone(place: Stage) -> None:
    """With one name and one store: both lives end as one beside nobody does."""
    async with place.flow(prometheus=False) as one, place.flow(prometheus=False) as other:
        await asyncio.gather(one.run(), other.run())
        assert {f"trainyard/{one.namespace}/default"} == await writers(one)
        assert {f"trainyard/{other.namespace}/default"} == await writers(other)
        assert [] == differences(await one.end_state(), await other.end_state())
        assert one.created() == other.created()


@pytest.mark.parametrize(("settings", "name"), OTHERS)
async def test_over_one_namespace_both_stop_and_whoever_is_left_goes_on(
    place: Stage, settings: dict[str, str], name: str
) -> None:
    """One sentence in a condition and in WHY, the same from both; then the model gets there."""
    async with AsyncExitStack() as running:
        flow = await running.enter_async_context(place.flow(prometheus=False))
        second = await running.enter_async_context(beside(flow, **settings))
        await asyncio.gather(flow.process.start(), second.start())
        await begun(flow)
        rows = cycle((MORE_ROWS, FIRST_ROWS))

        async def met() -> None:
            status = await flow.status("Dataset", "tumours")
            reasons = {c["reason"] for c in status.get("conditions") or ()}
            if "LookedAfterTwice" not in reasons:
                await changed(flow, next(rows))
                raise AssertionError(status)

        await eventually(met)
        status = await flow.status("Dataset", "tumours")
        (stalled,) = (c for c in status["conditions"] if c["type"] == "Stalled")
        place_of = settings.get("TRAINYARD_OPERATOR_NAMESPACE", flow.namespace)
        names = sorted({f"{flow.namespace}/default", f"{place_of}/{name}"})
        assert "the installations " + " and ".join(names) in stalled["message"]
        assert "let only one watch its namespace" in stalled["message"]
        assert "both look after this object" in status["why"]
        flow.proxy.down = True
        await asyncio.gather(flow.process.kill(), second.kill())
        flow.proxy.cut_watches()
        await asyncio.sleep(LAST_WRITES_SECONDS)
        flow.proxy.down = False
        await second.start()
        await changed(flow, MORE_ROWS)
        await flow.settled(MORE_ROWS)


async def changed(flow: Flow, rows: int) -> None:
    """Do what a user does when the data changed."""
    flow.sources.rows[flow.namespace] = rows
    await flow.cluster.apply(flow.data())


@pytest.mark.parametrize(("settings", "name"), OTHERS)
async def test_a_job_that_the_other_one_left_is_ours_only_where_its_store_is(
    place: Stage, settings: dict[str, str], name: str
) -> None:
    """It ended while nobody looked; a version in another store would never be found."""
    async with AsyncExitStack() as running:
        flow = await running.enter_async_context(place.flow(prometheus=False))
        second = await running.enter_async_context(beside(flow, **settings))
        gone = asyncio.Event()

        async def ends_with_its_first_job(change: Exchange) -> None:
            if change.path.endswith("/jobs") and not gone.is_set():
                flow.proxy.lives += 1
                await flow.process.kill()
                gone.set()

        flow.proxy.after_change = ends_with_its_first_job
        await flow.process.start()
        await begun(flow)
        await gone.wait()
        flow.proxy.after_change = None
        await eventually(lambda: one_succeeded(flow))
        await second.start()
        await flow.settled(FIRST_ROWS)
        made = [e for e in flow.proxy.exchanges if e.path.endswith("/jobs") and e.status == 201]
        refreshes = [job.name for job in made if job.name.startswith("tumours-")]
        events = (await flow.cluster.list("Event", flow.namespace)).items
        told = [e["message"] for e in events if "StoredElsewhere" in e["message"]]
        expected = (2, True) if name == "second" else (1, False)
        assert expected == (len(refreshes), bool(told)), refreshes
        assert all(f"/default/{flow.namespace}" in message for message in told)


async def one_succeeded(flow: Flow) -> None:
    """Complain unless a Job of the namespace is complete."""
    jobs = (await flow.cluster.list("Job", flow.namespace)).items
    ended = [c["type"] for job in jobs for c in job.get("status", {}).get("conditions") or ()]
    assert "Complete" in ended, jobs
