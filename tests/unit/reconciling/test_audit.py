"""Each decision on record is told, whatever happened to who decided it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import FakeCluster
from structlog.testing import capture_logs
from toy_context import NOW, toy_context

from trainyard.reconciling.act import Executor
from trainyard.reconciling.audit import AuditTrail
from trainyard.reconciling.cache import Cache

BEGAN = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def entry(number: int, at: datetime = BEGAN, reason: str = "RollingOut") -> dict[str, Any]:
    """Return a decision on record."""
    text = at.isoformat().replace("+00:00", "Z")
    return {"at": text, "reason": reason, "message": f"number {number}", "number": number}


def deployment(*history: dict[str, Any], uid: str = "u", author: str = "") -> dict[str, Any]:
    """Return what is stored."""
    metadata: dict[str, Any] = {"name": "wine", "namespace": "team", "uid": uid, "generation": 3}
    if author:
        metadata["annotations"] = {"trainyard.dev/author": author}
    return {"kind": "Toy", "metadata": metadata, "status": {"history": list(history)}}


def told(trail: AuditTrail, *history: dict[str, Any], uid: str = "u") -> list[int]:
    """Return the numbers of what is news."""
    return [line["number"] for line in trail.news(deployment(*history, uid=uid))]


def test_what_is_new_is_told_with_its_object_and_its_author() -> None:
    """Who wrote the recipe, where the object says it."""
    stored = deployment(entry(2, reason="Promoted"), author="ada")
    (line,) = AuditTrail(BEGAN).news(stored)
    assert {
        "kind": "Toy",
        "namespace": "team",
        "name": "wine",
        "uid": "u",
        "generation": 3,
        "author": "ada",
        "number": 2,
        "at": "2026-03-01T12:00:00Z",
        "reason": "Promoted",
        "message": "number 2",
    } == line


def test_each_is_told_once_also_where_old_ones_leave_the_history() -> None:
    """Two in one second are told apart by their numbers; a view of before tells nothing."""
    trail = AuditTrail(BEGAN)
    assert [1] == told(trail, entry(1))
    assert [2, 3] == told(trail, entry(1), entry(2), entry(3))
    assert [] == told(trail, entry(2), entry(3))
    assert [] == told(trail, entry(1))
    later = BEGAN + timedelta(seconds=1)
    assert [4] == told(trail, entry(3), entry(4, later))
    assert [] == told(trail)


def test_numbers_that_begin_anew_are_news() -> None:
    """Of a status that was lost, and of another object of that name."""
    trail = AuditTrail(BEGAN)
    assert [7] == told(trail, entry(7))
    later = BEGAN + timedelta(seconds=5)
    assert [1] == told(trail, entry(1, later))
    assert [1] == told(trail, entry(1), uid="v")
    trail.forget(("Toy", "team", "wine"))
    assert [1] == told(trail, entry(1), uid="v")


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(1, [1], id="the one before may have been killed before it could tell"),
        pytest.param(25, [], id="what was long ago was told"),
    ],
)
def test_a_new_process_tells_the_last_day_again(hours: int, expected: list[int]) -> None:
    """It cannot know what the one before it still told."""
    before = BEGAN - timedelta(hours=hours)
    assert expected == told(AuditTrail(BEGAN), entry(1, before))


async def test_it_is_logged_once_it_is_stored() -> None:
    """Not before: another write may have come first."""
    cluster = FakeCluster()
    stored = await cluster.create(deployment())
    executor = Executor(cluster, Cache(), AuditTrail(BEGAN))
    with capture_logs() as lines:
        written = await executor.write_status(stored, {"history": [entry(1)]})
        await executor.write_status(written, {"history": [entry(1)]})
    assert [("decision", 1)] == [(line["event"], line["number"]) for line in lines]


async def test_a_decision_of_which_nobody_heard_is_told_with_the_next_look() -> None:
    """The status was stored and its answer lost, or who wrote it was killed."""
    toy = toy_context()
    await toy.paint(color="red")
    stored = await toy.toy()
    await toy.cluster.put_status(stored, {"history": [entry(4, NOW)]})
    with capture_logs() as lines:
        await toy.once()
        await toy.once()
    assert [4] == [line["number"] for line in lines if line["event"] == "decision"]
