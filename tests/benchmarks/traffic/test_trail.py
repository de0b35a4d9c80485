"""What is told of an object, and which changes stand beside a loss."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from benchmarks.traffic.trail import Change, Trail, read, state_of

SERVICE = {
    "kind": "Service",
    "metadata": {"annotations": {"trainyard.dev/routing-generation": "4"}},
    "spec": {"selector": {"trainyard.dev/role": "router"}},
}
SLICE = {
    "kind": "EndpointSlice",
    "ports": [{"port": 8080}],
    "endpoints": [
        {"targetRef": {"name": "a"}, "conditions": {"ready": True, "terminating": False}},
        {"targetRef": {"name": "b"}, "conditions": {"ready": False}},
    ],
}
POD = {
    "kind": "Pod",
    "metadata": {"deletionTimestamp": "2026-03-01T12:00:00Z"},
    "status": {"podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]},
}


def tell(told: asyncio.StreamReader, type_: str, raw: dict[str, Any]) -> None:
    """Write an event as kubectl does."""
    told.feed_data(json.dumps({"type": type_, "object": raw}).encode() + b"\n")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        pytest.param(SERVICE, "leads to router decision 4", id="Service"),
        pytest.param(SLICE, "8080 a:ready b:not ready", id="EndpointSlice"),
        pytest.param(POD, "10.0.0.1 ready terminating", id="Pod"),
    ],
)
def test_an_object_is_told_in_a_line(raw: dict[str, Any], told: str) -> None:
    """Of what leads users, and whether it serves."""
    assert told == state_of(raw)


async def test_events_stand_on_a_line_each() -> None:
    """As kubectl writes them."""
    trail, told = Trail(), asyncio.StreamReader()
    for type_ in ("ADDED", "DELETED"):
        pod = POD | {"metadata": {"name": "a"}}
        tell(told, type_, pod)
    told.feed_eof()
    await read(trail, told)
    assert ["Pod/a 10.0.0.1 ready", "Pod/a gone"] == [change.what for change in trail.changes]


async def test_whose_an_address_was_is_known_when_the_pod_is_gone() -> None:
    """Routers are known for as long as they are there; what the kubelet says is told, too."""
    trail, told = Trail(), asyncio.StreamReader()
    pod = POD | {"metadata": {"name": "a", "labels": {"trainyard.dev/role": "router"}}}
    probe = {
        "kind": "Event",
        "involvedObject": {"kind": "Pod", "name": "a"},
        "reason": "Unhealthy",
        "message": "Readiness probe failed",
        "count": 2,
    }
    tell(told, "ADDED", pod)
    tell(told, "ADDED", probe)
    tell(told, "DELETED", probe)
    reading = asyncio.create_task(read(trail, told))
    await trail.next_change()
    assert {"a": "10.0.0.1"} == trail.routers
    tell(told, "DELETED", pod)
    told.feed_eof()
    await reading
    assert ({}, {"10.0.0.1": "a"}) == (trail.routers, trail.owners)
    assert [
        "Pod/a 10.0.0.1 ready",
        "Event of Pod/a Unhealthy Readiness probe failed (2)",
        "Pod/a gone",
    ] == [change.what for change in trail.changes]


async def test_what_did_not_change_is_noted_once() -> None:
    """Who waits for a change gets the new one."""
    trail = Trail()
    trail.note("Pod/a", "ready")
    waiting = asyncio.create_task(trail.next_change())
    await asyncio.sleep(0)
    trail.note("Pod/a", "ready")
    trail.note("Pod/a", "gone")
    assert "Pod/a gone" == (await waiting).what
    assert ["Pod/a ready", "Pod/a gone"] == [change.what for change in trail.changes]


def test_beside_a_loss_stands_what_came_shortly_before() -> None:
    """And what the watch told a moment late."""
    trail = Trail([Change(at, str(at)) for at in (80.0, 95.0, 100.5, 102.0)])
    assert [95.0, 100.5] == [change.at for change in trail.around(100.0)]


def test_a_turn_that_came_late_stands_beside_what_changed() -> None:
    """A busy moment is told by nobody, but for the longest one."""
    trail = Trail([Change(0.0, "Service/m leads to r")])
    trail.note_turn(0.2)
    assert (0.2, []) == (trail.longest_standstill, trail.standstills)
    trail.note_turn(1.5)
    (late,) = trail.standstills
    assert "no turn for 1.50 s until now" == late.what
    assert [late] == list(trail.around(late.at))
