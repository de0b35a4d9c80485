"""Does another installation look after the same object?

Each writes statuses under a name of its own, and the API server notes who wrote, and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from trainyard.objects import RawObject
from trainyard.ownership import STATUS_WRITER

QUIET = timedelta(minutes=10)
"""An installation that wrote nothing for so long is taken to be gone."""


def status_writers(metadata: RawObject) -> list[dict[str, Any]]:
    """Return those of its `managedFields` that name installations, without what each wrote."""
    return [
        {key: entry[key] for key in ("manager", "time") if key in entry}
        for entry in metadata.get("managedFields") or ()
        if str(entry.get("manager", "")).startswith(STATUS_WRITER)
    ]


def others_at_work(raw: RawObject, own: str, since: datetime, now: datetime) -> Sequence[str]:
    """Return the other installations that wrote the status of late, and after `since`."""
    after = max(since, now - QUIET)
    found = {
        entry["manager"].removeprefix(STATUS_WRITER)
        for entry in status_writers(raw["metadata"])
        if entry.get("time") and datetime.fromisoformat(entry["time"]) > after
    }
    return sorted(found - {own})


def remedy(own: str, others: Sequence[str]) -> str:
    """Return what to do about it: the same sentence in each of them, so that they agree on it."""
    names = " and ".join(sorted({own, *others}))
    return (
        f"the installations {names} both look after this object, and now neither does: let only"
        f" one watch its namespace; the other goes on {QUIET.seconds // 60} minutes later"
    )
