"""How a planned Event becomes an object: the same decision is one Event, however often said."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from trainyard.conditions import shorten
from trainyard.objects import RawObject
from trainyard.ownership import MANAGER
from trainyard.reconciling.plan import PlannedEvent

MOST_REPEATS = 100
"""Counting stops here: an Event that repeats for ever must not be a write for ever."""
LONGEST_OWNER = 200


def event_name(owner: RawObject, event: PlannedEvent) -> str:
    """Return `<owner>.<16 hex>`, the same for the same owner, reason and message."""
    metadata = owner["metadata"]
    identity = "\n".join((metadata["uid"], event.type, event.reason, event.message))
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    return f"{metadata['name'][:LONGEST_OWNER]}.{digest}"


def event_manifest(owner: RawObject, event: PlannedEvent, now: datetime) -> dict[str, Any]:
    """Return the core/v1 Event about `owner`, as it is when it happens for the first time."""
    metadata = owner["metadata"]
    namespace = metadata.get("namespace", "")
    seen = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"namespace": namespace, "name": event_name(owner, event)},
        "involvedObject": {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "namespace": namespace,
            "name": metadata["name"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
        "type": str(event.type),
        "reason": event.reason,
        "message": shorten(event.message),
        "source": {"component": MANAGER},
        "reportingComponent": MANAGER,
        "reportingInstance": MANAGER,
        "firstTimestamp": seen,
        "lastTimestamp": seen,
        "count": 1,
    }


def repetition(stored: RawObject, now: datetime) -> dict[str, Any] | None:
    """Return the changes that count one more occurrence, or None when that is enough."""
    count = int(stored.get("count") or 1)
    if count >= MOST_REPEATS:
        return None
    return {"count": count + 1, "lastTimestamp": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
