"""Is a unit of the store kept, marked, or removed? Decided here, carried out elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of a unit."""

    KEPT = "Kept"
    """An object refers to it."""
    EMPTY = "Empty"
    """There is no object below it: volumes leave folders behind."""
    MARKED = "Marked"
    """Nothing refers to it, as of now; the time begins to run."""
    WAITING = "Waiting"
    """Nothing refers to it, but its time is not over."""
    REMOVED = "Removed"
    """Nothing has referred to it for as long as was said."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a unit.

    `newest`: when its youngest object was written; None: it has none. `since`: since when it is
    marked.
    """

    referenced: bool
    newest: datetime | None
    since: datetime | None


def verdict(standing: Standing, now: datetime, keep: timedelta) -> Verdict:
    """Return what becomes of the unit.

    What was written after the mark is in use, whoever wrote it: its time begins anew.
    """
    if standing.referenced:
        return Verdict.KEPT
    if standing.newest is None:
        return Verdict.EMPTY
    if standing.since is None or standing.newest > standing.since:
        return Verdict.MARKED
    return Verdict.WAITING if now - standing.since < keep else Verdict.REMOVED
