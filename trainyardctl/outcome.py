"""How does an object stand, as one word that a pipeline can act on?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from trainyardctl.snapshot import Raw, at, condition, is_true, why

_WAITS_FOR_PEOPLE = frozenset(
    {"Inconclusive", "Paused", "AwaitingApproval", "Suspended", "SchemaChanged"}
)
_LOST = frozenset({"Quarantined"})


class Outcome(Enum):
    """One word; the exit codes of `trainyard status`."""

    SETTLED = 0
    """What the spec asks for is there and works."""
    UNDER_WAY = 3
    """It is being worked on; it may end well without anybody."""
    WAITS_FOR_YOU = 4
    """A person has to say how it goes on."""
    FAILED = 5
    """It ended badly or cannot begin: something has to be changed."""
    NOT_FOUND = 6
    """There is no such object."""


@dataclass(frozen=True, slots=True)
class Stand:
    """One word and a sentence."""

    outcome: Outcome
    why: str


def stand_of(raw: Raw | None) -> Stand:
    """Return how the object stands; conditions are read, no phase."""
    if raw is None:
        return Stand(Outcome.NOT_FOUND, "there is no such object")
    generation = at(raw, "metadata.generation") or 0
    if (at(raw, "status.observedGeneration") or 0) < generation:
        return Stand(Outcome.UNDER_WAY, "the operator has not looked at this spec yet")
    if (person := _waits_for_person(raw)) is not None:
        return Stand(Outcome.WAITS_FOR_YOU, person)
    if (bad := _failed(raw)) is not None:
        return Stand(Outcome.FAILED, bad)
    return Stand(*_goes_on(raw))


def _waits_for_person(raw: Raw) -> str | None:
    for kind in ("Suspended", "RolledOut", "DataValid"):  # also where it is Stalled until then
        found = condition(raw, kind) or {}
        is_on = found.get("status") == "True" if kind == "Suspended" else True
        if is_on and found.get("reason") in _WAITS_FOR_PEOPLE:
            return _sentence(found)
    return None


def _failed(raw: Raw) -> str | None:
    if is_true(raw, "Stalled"):
        return _sentence(condition(raw, "Stalled") or {})
    rolled_out = condition(raw, "RolledOut") or {}
    if rolled_out.get("status") == "False" and rolled_out.get("reason") in _LOST:
        return _sentence(rolled_out)
    for kind in ("DataValid", "Accepted"):
        found = condition(raw, kind) or {}
        if found.get("status") == "False":
            return _sentence(found)
    return None


def _goes_on(raw: Raw) -> tuple[Outcome, str]:
    for kind in ("Reconciling", "Running", "Refreshing"):
        if is_true(raw, kind):
            return Outcome.UNDER_WAY, _sentence(condition(raw, kind) or {})
    verdict = condition(raw, "LastRunAccepted") or {}
    if verdict.get("status") == "Unknown":
        return Outcome.UNDER_WAY, _sentence(verdict)
    if verdict.get("status") == "False" and not at(raw, "status.current"):
        return Outcome.FAILED, _sentence(verdict)  # an earlier version may serve; this one will not
    for kind in ("Ready", "RolledOut", "Accepted"):
        found = condition(raw, kind)
        if found is not None and found.get("status") != "True":
            return Outcome.UNDER_WAY, _sentence(found)
    return Outcome.SETTLED, why(raw)


def _sentence(found: Raw) -> str:
    return f"{found.get('reason', '')}: {found.get('message', '')}".removesuffix(": ")
