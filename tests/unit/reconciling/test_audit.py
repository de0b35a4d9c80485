"""Each decision is told once, when it is on record."""

from __future__ import annotations

from typing import Any

from fakes import FakeCluster
from structlog.testing import capture_logs

from trainyard.reconciling.act import Executor
from trainyard.reconciling.audit import decisions
from trainyard.reconciling.cache import Cache

FIRST = {"at": "2026-03-01T12:00:00Z", "reason": "RollingOut", "message": "b starts", "number": 1}
SECOND = {"at": "2026-03-01T12:00:00Z", "reason": "Promoted", "message": "b serves", "number": 2}


def deployment(*history: dict[str, Any]) -> dict[str, Any]:
    """Return what is stored."""
    metadata = {"name": "wine", "namespace": "team", "uid": "u", "generation": 3}
    return {"kind": "Toy", "metadata": metadata, "status": {"history": list(history)}}


def test_what_is_new_is_told_with_its_object() -> None:
    """By number, oldest first; what was on record is not told again, nor what left the history."""
    found = [*decisions(deployment(FIRST), {"history": [FIRST, SECOND]})]
    assert [
        {
            "kind": "Toy",
            "namespace": "team",
            "name": "wine",
            "uid": "u",
            "generation": 3,
            "number": 2,
            "reason": "Promoted",
            "message": "b serves",
        }
    ] == found
    assert [] == [*decisions(deployment(FIRST, SECOND), {"history": [SECOND]})]
    assert [1, 2] == [d["number"] for d in decisions(deployment(), {"history": [FIRST, SECOND]})]
    assert [] == [*decisions(deployment(), {})]


async def test_it_is_logged_once_it_is_stored() -> None:
    """Not before: another write may have come first."""
    cluster = FakeCluster()
    stored = await cluster.create(deployment())
    executor = Executor(cluster, Cache())
    with capture_logs() as lines:
        written = await executor.write_status(stored, {"history": [FIRST]})
        await executor.write_status(written, {"history": [FIRST]})
    assert [("decision", 1)] == [(line["event"], line["number"]) for line in lines]
