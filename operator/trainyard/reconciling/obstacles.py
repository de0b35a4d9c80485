"""Conditions that the shell itself sets, whatever the kind: what keeps a pass from its end.

All of them are `Stalled`. Slices set that condition too, with reasons of their own; it is one of
the shell's, and the shell's to take away, when its reason is one of those below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from trainyard.api.base import Condition
from trainyard.conditions import Finding, merge_conditions, shorten
from trainyard.objects import RawObject

STALLED = "Stalled"
RECONCILING = "Reconciling"


class ObstacleReason(StrEnum):
    """Why the shell could not carry out a decision, or not even take one."""

    SPEC_UNREADABLE = "SpecUnreadable"
    """Used when the stored object does not fit the operator's version of the API."""
    NAMESPACE_PAUSED = "NamespacePaused"
    """Used when the Namespace carries a `pause` request: nothing in it is touched."""
    LOOKED_AFTER_TWICE = "LookedAfterTwice"
    """Used when two installations write the same status: neither goes on."""
    CHILD_NOT_OWNED = "ChildNotOwned"
    """Used when an object under a child's name belongs to somebody else."""
    CHILD_REFUSED = "ChildRefused"
    """Used when the API server says that a child cannot be like this."""
    CHILD_FORBIDDEN = "ChildForbidden"
    """Used when a right, a quota or a policy keeps the operator from writing a child."""


def status_with(
    raw: RawObject, reason: ObstacleReason, message: str, now: datetime
) -> dict[str, Any]:
    """Return the stored status of `raw`, with the obstacle as its condition `Stalled`."""
    status = dict(raw.get("status") or {})
    generation = raw["metadata"].get("generation", 0)
    finding = Finding(type=STALLED, status=True, reason=reason, message=message)
    before = _readable(_conditions(status))
    (condition,) = merge_conditions(before, (finding,), generation=generation, now=now)
    status["observedGeneration"] = status.get("observedGeneration") or generation
    return _stalled(status, condition.to_api())


def carried_over(stored: RawObject, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the wanted status, still with the obstacle that the stored one shows.

    Only deeds that succeed remove it: a status that says "fine" before each failing try and
    "stalled" after it would be two writes per try, and wrong half of the time.
    """
    kept = [c for c in _conditions(stored.get("status") or {}) if is_obstacle(c)]
    taken = {c.get("type") for c in _conditions(wanted)}
    return _stalled(wanted, kept[0]) if kept and STALLED not in taken else dict(wanted)


def cleared(status: Mapping[str, Any]) -> dict[str, Any]:
    """Return the status without obstacles."""
    return _with_conditions(status, [c for c in _conditions(status) if not is_obstacle(c)])


def is_obstacle(condition: Mapping[str, Any]) -> bool:
    """Tell whether the shell set this condition."""
    reasons = {str(reason) for reason in ObstacleReason}
    return condition.get("type") == STALLED and condition.get("reason") in reasons


def _stalled(status: Mapping[str, Any], condition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the status with this obstacle, in WHY too; what stalls makes no progress."""
    others = [c for c in _conditions(status) if c.get("type") not in (STALLED, RECONCILING)]
    why = {"why": shorten(str(condition.get("message", "")), 500)} if "why" in status else {}
    return {**status, **why, "conditions": [*others, condition]}


def _with_conditions(
    status: Mapping[str, Any], conditions: list[Mapping[str, Any]]
) -> dict[str, Any]:
    if not conditions and "conditions" not in status:
        return dict(status)
    return {**status, "conditions": conditions}


def _conditions(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(status.get("conditions") or ())


def _readable(conditions: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    try:
        return tuple(Condition.model_validate(c) for c in conditions)
    except ValidationError:
        return ()  # somebody wrote them by hand; ours must be set all the same
