"""One pass: what is written, in which order, and what stands in its way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from toy_stage import KEY, toy_stage
from toys import Toy, toy_manifest

from trainyard.clients.faults import ClusterFault, Conflict, Forbidden, Refused, Unavailable
from trainyard.ownership import REQUEST
from trainyard.reconciling.act import ForeignChild
from trainyard.reconciling.once import Unreadable, parse

WHOLE_LIFE = [("put_status", "Toy"), ("apply", "ConfigMap"), ("create", "Job"), ("create", "Event")]


async def test_the_decision_is_written_before_the_deeds() -> None:
    """Status, then children, then the Event."""
    here = toy_stage()
    await here.paint(color="red")
    here.cluster.writes.clear()
    await here.once()
    assert WHOLE_LIFE == [(verb, kind) for verb, kind, _ in here.cluster.writes]


async def test_a_settled_object_costs_nothing() -> None:
    """A second pass on what the first one made writes nothing."""
    here = toy_stage()
    await here.paint(color="red")
    await here.once()
    here.cluster.writes.clear()
    await here.once()
    assert [] == here.cluster.writes


async def test_a_pass_tells_when_to_look_again() -> None:
    """The plan's wish is handed on."""
    here = toy_stage()
    await here.paint(color="red", againSeconds=30)
    assert timedelta(seconds=30) == await here.once()


async def test_a_conflict_on_the_status_stops_everything() -> None:
    """No deed is done on a decision that is not on record."""
    here = toy_stage()
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
    here = toy_stage()
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
    here = toy_stage()
    await here.paint(color="red")
    here.cluster.faults["apply", "ConfigMap"] = Unavailable("apply", 503, "overloaded")
    with pytest.raises(Unavailable):
        await here.once()
    assert "" == await here.stalled()


async def test_a_foreign_child_is_reported_and_not_touched() -> None:
    """The name is taken by somebody else: it is never adopted."""
    here = toy_stage()
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
    here = toy_stage()
    await here.paint(color=["not", "a", "word"])
    assert await here.once() is None
    assert "SpecUnreadable" == await here.stalled()


async def test_a_held_namespace_gets_only_the_condition() -> None:
    """Nothing in it is touched until the hold is gone."""
    here = toy_stage()
    space: dict[str, Any] = {"name": "ns", "annotations": {REQUEST: "hold@all"}}
    await here.cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": space})
    await here.paint(color="red")
    here.cluster.writes.clear()
    await here.once()
    await here.once()
    assert [("put_status", "Toy", "a")] == here.cluster.writes
    assert "NamespaceHeld" == await here.stalled()


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("Toy", id="the object is being deleted"),
        pytest.param("Namespace", id="its namespace is being deleted"),
    ],
)
async def test_nothing_is_made_for_what_is_going(kind: str) -> None:
    """The garbage collector is at work: every write would be against it."""
    here = toy_stage()
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
    here = toy_stage()
    await here.paint(color="red")
    await here.once()
    stale = toy_stage()
    stale.cluster.objects = here.cluster.objects
    stale.cluster.version = here.cluster.version
    stale.cache.put("Toy", await here.toy())
    await stale.once()
    assert [] == [write for write in stale.cluster.writes if write[:2] == ("create", "Job")]


async def test_an_unknown_key_is_nothing_to_do() -> None:
    """The object went while its key was waiting."""
    here = toy_stage()
    assert await here.once() is None
    assert KEY.name == "a"
    assert [] == here.cluster.writes


def test_parse_names_each_wrong_field() -> None:
    """The message leads to the field, and says what to do."""
    with pytest.raises(Unreadable, match=r"spec\.color: .*correct the object"):
        parse(Toy, {"metadata": {"name": "a"}, "spec": {"color": 3}})
