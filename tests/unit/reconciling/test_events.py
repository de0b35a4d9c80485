"""The same decision is one Event, counted and not repeated for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from trainyard.reconciling.events import MOST_REPEATS, event_manifest, event_name, repetition
from trainyard.reconciling.plan import EventType, PlannedEvent

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
METADATA = {"namespace": "ns", "name": "tumours", "uid": "u1", "resourceVersion": "7"}
OWNER = {"apiVersion": "trainyard.dev/v1alpha1", "kind": "Dataset", "metadata": METADATA}
EVENT = PlannedEvent(EventType.NORMAL, "Accepted", "569 rows")


def test_the_event_is_about_its_owner() -> None:
    """`kubectl describe` finds it by the uid."""
    manifest = event_manifest(OWNER, EVENT, NOW)
    involved = manifest["involvedObject"]
    assert ("Dataset", "tumours", "u1") == (involved["kind"], involved["name"], involved["uid"])
    assert ("Normal", "Accepted", "569 rows", "2026-01-02T03:04:05Z", 1) == tuple(
        manifest[key] for key in ("type", "reason", "message", "firstTimestamp", "count")
    )


@pytest.mark.parametrize(
    ("owner", "event"),
    [
        pytest.param(OWNER, replace(EVENT, message="570 rows"), id="another message"),
        pytest.param(OWNER, replace(EVENT, reason="Refused"), id="another reason"),
        pytest.param(
            {**OWNER, "metadata": {**METADATA, "uid": "u2"}},
            EVENT,
            id="an owner made again under the same name",
        ),
    ],
)
def test_other_decisions_have_other_names(owner: dict[str, Any], event: PlannedEvent) -> None:
    """One name stands for one decision on one object."""
    assert event_name(OWNER, EVENT) != event_name(owner, event)


def test_a_long_name_still_makes_a_valid_one() -> None:
    """Event names are at most 253 characters."""
    owner = {**OWNER, "metadata": {**METADATA, "name": "x" * 253}}
    assert len(event_name(owner, EVENT)) <= 253


def test_a_repetition_counts_and_stops_counting() -> None:
    """An Event that repeats for ever must not be a write for ever."""
    counted = {"count": 3, "lastTimestamp": "2026-01-02T03:04:05Z"}
    assert counted == repetition({"count": 2}, NOW)
    assert repetition({"count": MOST_REPEATS}, NOW) is None
