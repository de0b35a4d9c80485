"""What did a release look like at each look: kept while the page runs, as the status forgets it.

Times are those of the evidence (`status.rollout.observedUntil`): no clock is asked, and the same
status twice is one look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from trainyardctl.snapshot import Raw, at

MOST_LOOKS = 64
"""When there are more, every second one goes: the whole release stays in sight."""


@dataclass(frozen=True, slots=True)
class ArmLook:
    """One group of requests so far: bounds of its errors in percent; None: not known."""

    requests: int
    errors: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Look:
    """The release at one moment."""

    at: datetime
    weight: int
    verdict: str
    arms: Mapping[str, ArmLook]


@dataclass(frozen=True, slots=True)
class Trail:
    """The looks at one release, oldest first."""

    release: str = ""
    looks: Sequence[Look] = ()
    apart: int = 1
    """Of so many looks that came, one is kept."""
    left_out: int = 0
    """Looks since the last one that is kept for good; the newest is always shown."""


NOTHING = Trail()


def trail_after(before: Trail, raw: Raw) -> Trail:
    """Return the trail with what this status adds; a release that ended stays until the next."""
    rollout = at(raw, "status.rollout")
    moment = _moment((rollout or {}).get("observedUntil"))
    if not rollout or moment is None:
        return before
    release = str(rollout.get("id") or rollout.get("revision") or "")
    trail = before if before.release == release else Trail(release)
    if trail.looks and moment <= trail.looks[-1].at:
        return trail
    return _thinned(_with(trail, _look(rollout, moment)))


def _with(trail: Trail, look: Look) -> Trail:
    """The newest look takes the place of one that is not kept for good."""
    kept = trail.looks[:-1] if trail.left_out else trail.looks
    return replace(trail, looks=(*kept, look), left_out=(trail.left_out + 1) % trail.apart)


def _thinned(trail: Trail) -> Trail:
    if len(trail.looks) <= MOST_LOOKS:
        return trail
    kept = trail.looks[::2]
    last = () if kept[-1] is trail.looks[-1] else (trail.looks[-1],)
    return replace(trail, looks=(*kept, *last), apart=trail.apart * 2, left_out=0)


def _look(rollout: Raw, moment: datetime) -> Look:
    return Look(
        at=moment,
        weight=int(rollout.get("weightPercent") or 0),
        verdict=str(rollout.get("verdict") or ""),
        arms={str(arm.get("name", "")): _arm(arm) for arm in rollout.get("arms") or ()},
    )


def _arm(found: Raw) -> ArmLook:
    bounds = found.get("errorPercent") or {}
    return ArmLook(
        requests=int(found.get("requests") or 0),
        errors=int(found.get("errors") or 0),
        low=_number(bounds.get("low")),
        high=_number(bounds.get("high")),
    )


def _number(text: object) -> float | None:
    try:
        return float(str(text)) if text is not None else None
    except ValueError:
        return None


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
