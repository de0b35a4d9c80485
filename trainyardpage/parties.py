"""Which parties train a model together, and how far is each of them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainyardctl.card_parties import party_rows, privacy_sentence
from trainyardctl.names import ObjectName
from trainyardctl.snapshot import Raw, Snapshot, at
from trainyardpage.loop import Related


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One party of the run at work."""

    name: str
    state: str
    why: str
    rounds: str
    """Empty: the rounds have not begun, or nobody says."""


@dataclass(frozen=True, slots=True)
class Trained:
    """Who trained a version that serves, or is to."""

    role: str
    version: str
    lines: Sequence[tuple[str, str, str, str, str]]
    privacy: str


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties of the run at work, and those of the versions with a role."""

    progress: str
    """How far the rounds are; empty: none goes on."""
    now: Sequence[PartyLine]
    trained: Sequence[Trained]


def parties_of(found: Related, snapshot: Snapshot) -> Parties:
    """Return the parties; nothing where one party trains alone."""
    return Parties(
        _progress(at(found.job, "status.rounds") or {}),
        tuple(_lines(found.job)),
        tuple(_trained(found.serving, snapshot)),
    )


def _progress(rounds: Raw) -> str:
    if not rounds:
        return ""
    number = f"Round {rounds.get('round', 0)} of {rounds.get('planned', 0)} is over"
    loss = f", loss {rounds['loss']}" if rounds.get("loss") else ""
    if rounds.get("state") == "Unknown":
        return f"{number}, by what was said last: {rounds.get('message', '')}"
    return f"{number}{loss}" if rounds.get("round") else "No round is over yet"


def _lines(job: Raw | None) -> Iterator[PartyLine]:
    counted = {p.get("dataset"): p for p in at(job, "status.rounds.participants") or ()}
    for party in at(job, "status.federation.participants") or ():
        rounds = counted.get(party.get("dataset"))
        missed = "" if rounds is None or rounds.get("inNewest") else ", not in the newest"
        yield PartyLine(
            str(party.get("dataset", "")),
            str(party.get("state", "")),
            str(party.get("message", "")),
            "" if rounds is None else f"{rounds.get('rounds', 0)}{missed}",
        )


def _trained(serving: Raw, snapshot: Snapshot) -> Iterator[Trained]:
    for role in ("stable", "canary"):
        name = str(at(serving, f"status.{role}.modelVersion") or "")
        version = snapshot.find(ObjectName("ModelVersion", name)) if name else None
        record = at(version, "spec.federation") or {}
        if record:
            yield Trained(role, name, party_rows(record), privacy_sentence(record))
