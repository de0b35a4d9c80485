"""One pass: what is written, in which order, and what stands in its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from toy_context import KEY, toy_context
from toys import Toy, ToyStatus, toy_controller, toy_manifest

from trainyard.clients.faults import ClusterFault, Conflict, Forbidden, Refused, Unavailable
from trainyard.ownership import REQUEST
from trainyard.reconciling.act import ForeignChild
from trainyard.reconciling.plan import Plan
from trainyard.reconciling.world import World

WHOLE_LIFE = [("put_status", "Toy"), ("apply", "ConfigMap"), ("create", "Job"), ("create", "Event")]


async def test_the_decision_is_written_before_the_deeds() -> None:
    """Status, then children, then the Event."""
    here = toy_context()
    await here.paint(color="red")
    here.cluster.writes.clear()
    await here.once()
    assert WHOLE_LIFE == [(verb, kind) for verb, kind, _ in here.cluster.writes]


async def test_a_settled_object_costs_nothing() -> None:
    """A second pass on what the first one made writes nothing."""
    here = toy_context()
    await here.paint(color="red")
    await here.once()
    here.cluster.writes.clear()
    await here.once()
    assert [] == here.cluster.writes


async def test_a_pass_tells_when_to_look_again() -> None:
    """The plan's wish is handed on."""
    here = toy_context()
    await here.paint(color="red", againSeconds=30)
    assert timedelta(seconds=30) == await here.once()


async def test_a_conflict_on_the_status_stops_everything() -> None:
    """No deed is done on a decision that is not on record."""
    here = toy_context()
    await here.paint(color="red")
    here.cluster.faults["put_status", "Toy"] = Conflict("put_status", 409, "modified")
    here.cluster.writes.clear()
    with pytest.raises(Conflict):
        await here.once()
    assert [("put_status", "Toy", "a")] == here.cluster.writes


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        pytest.param(Refused("apply", 422, "no such key"), "ChildRefused", id="refused"),
        pytest.param(Forbidden("apply", 403, "exceeded quota"), "ChildForbidden", id="forbidden"),
    ],
)
async def test_what_somebody_can_mend_is_a_condition_and_a_fault(
    fault: ClusterFault, reason: str
) -> None:
    """The status says it once, however often it is tried; when it works it is gone."""
    here = toy_context()
    await here.paint(color="red")
    here.cluster.faults["apply", "ConfigMap"] = fault
    for _ in range(3):
        with pytest.raises(type(fault)):
            await here.once()
    assert reason == await here.stalled()
    assert 2 == sum(verb == "put_status" for verb, _, _ in here.cluster.writes)
    here.cluster.faults.clear()
    await here.once()
    assert "" == await here.stalled()


async def test_an_outage_is_no_condition() -> None:
    """Machine faults are counted and tried again; the status says nothing of them."""
    here = toy_context()
    await here.paint(color="red")
    here.cluster.faults["apply", "ConfigMap"] = Unavailable("apply", 503, "overloaded")
    with pytest.raises(Unavailable):
        await here.once()
    assert "" == await here.stalled()


async def test_a_foreign_child_is_reported_and_not_touched() -> None:
    """The name is taken by somebody else: it is never adopted."""
    here = toy_context()
    metadata = {"namespace": "ns", "name": "a-color"}
    foreign = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"x": "y"}}
    await here.cluster.create(foreign)
    await here.paint(color="red")
    with pytest.raises(ForeignChild):
        await here.once()
    found = await here.cluster.get("ConfigMap", "ns", "a-color")
    assert found is not None
    assert ("ChildNotOwned", {"x": "y"}) == (await here.stalled(), found["data"])


async def test_an_unreadable_spec_is_a_condition() -> None:
    """It says which field and what to do, and is no fault of the machine."""
    here = toy_context()
    await here.paint(color=["not", "a", "word"])
    assert await here.once() is None
    assert "SpecUnreadable" == await here.stalled()


async def test_a_held_namespace_gets_only_the_condition() -> None:
    """Nothing in it is touched until the hold is gone."""
    here = toy_context()
    space: dict[str, Any] = {"name": "ns", "annotations": {REQUEST: "pause@all"}}
    await here.cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": space})
    await here.paint(color="red")
    here.cluster.writes.clear()
    await here.once()
    await here.once()
    assert [("put_status", "Toy", "a")] == here.cluster.writes
    assert "NamespacePaused" == await here.stalled()


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("Toy", id="the object is being deleted"),
        pytest.param("Namespace", id="its namespace is being deleted"),
    ],
)
async def test_nothing_is_made_for_what_is_going(kind: str) -> None:
    """The garbage collector is at work: every write would be against it."""
    here = toy_context()
    going = {"deletionTimestamp": "2026-01-02T03:04:05Z"}
    space: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns"}}
    toy = toy_manifest("ns", "a", color="red")
    for raw in (space, toy):
        if raw["kind"] == kind:
            raw["metadata"] |= going
        await here.cluster.create(raw)
    here.cluster.writes.clear()
    await here.once()
    assert [] == here.cluster.writes


async def test_a_job_is_created_only_on_a_live_view() -> None:
    """The cache may be old: a Job that is there already is seen before it is made again."""
    here = toy_context()
    await here.paint(color="red")
    await here.once()
    stale = toy_context()
    stale.cluster.objects = here.cluster.objects
    stale.cluster.version = here.cluster.version
    stale.cache.put("Toy", await here.toy())
    await stale.once()
    assert [] == [write for write in stale.cluster.writes if write[:2] == ("create", "Job")]


async def test_a_guarded_status_is_as_good_as_a_live_read() -> None:
    """The write is refused when the object changed; a plan without one must look."""
    here = toy_context()
    await here.paint(color="red")
    plan = Plan(ToyStatus(color="red"), confirm_live=True, live_kinds=frozenset())

    async def observe(toy: Toy, world: World) -> str:
        return ""

    row = replace(toy_controller(), observe=observe, decide=lambda *_: plan)
    here = replace(here, context=replace(here.context, controllers={"toys": row}))
    here.cluster.faults["get", "Toy"] = Unavailable("get", 503, "who asks?")
    await here.once()
    assert "red" == here.cluster.objects["Toy", "ns", "a"]["status"]["color"]
    with pytest.raises(Unavailable, match="who asks"):
        await here.once()


async def test_what_a_confirmed_plan_rests_on_beside_is_read_live_too() -> None:
    """A plan that is grave for another reason once more was seen is confirmed for that one, too."""
    here = toy_context()
    await here.paint(color="red")
    asked: list[str] = []

    async def observe(toy: Toy, world: World) -> str:
        asked.append(type(world).__name__)
        return ",".join(asked)

    def decide(toy: Toy, observed: str, now: datetime) -> Plan[ToyStatus]:
        kinds: set[str] = {1: {"Job"}, 2: {"ConfigMap"}}.get(len(asked), set())
        return Plan(toy.status, confirm_live=bool(kinds), live_kinds=frozenset(kinds))

    row = replace(toy_controller(), observe=observe, decide=decide)
    await replace(here, context=replace(here.context, controllers={"toys": row})).once()
    assert ["CachedWorld", "PartlyLiveWorld", "PartlyLiveWorld"] == asked


async def test_an_unknown_key_is_nothing_to_do() -> None:
    """The object went while its key was waiting."""
    here = toy_context()
    assert await here.once() is None
    assert KEY.name == "a"
    assert [] == here.cluster.writes
