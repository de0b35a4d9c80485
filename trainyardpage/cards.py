"""What does the model card of each version in service say: importance, slices, calibration?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainyardctl.card_pictures import pictures_of
from trainyardctl.names import ObjectName
from trainyardctl.snapshot import Raw, Snapshot, at
from trainyardpage.loop import Related

_PEOPLE = (
    ("Intended use", "intendedUse"),
    ("Not to be used for", "outOfScopeUse"),
    ("Limitations", "limitations"),
)


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A slice of the test rows, or a comparison of slices."""

    of: str
    measure: str
    value: str
    interval: str
    rows: str


@dataclass(frozen=True, slots=True)
class Card:
    """The card of one version."""

    role: str
    version: str
    pictures: Sequence[str]
    """SVG, escaped."""
    loss: str
    looked_at: str
    why: str
    groups: Sequence[GroupLine]


@dataclass(frozen=True, slots=True)
class Cards:
    """What people say of the model, and the cards of the versions with a role."""

    people: Sequence[tuple[str, str]]
    cards: Sequence[Card]


def cards_of(found: Related, snapshot: Snapshot) -> Cards:
    """Return the cards, stable first; a version of which nothing was found has none."""
    said = at(found.job, "spec.card") or {}
    people = [(words, str(said[field])) for words, field in _PEOPLE if said.get(field)]
    if said.get("owners"):
        people.append(("Owners", ", ".join(map(str, said["owners"]))))
    return Cards(tuple(people), tuple(_cards(found.serving, snapshot)))


def _cards(serving: Raw, snapshot: Snapshot) -> Iterator[Card]:
    for role in ("stable", "canary"):
        name = str(at(serving, f"status.{role}.modelVersion") or "")
        version = snapshot.find(ObjectName("ModelVersion", name)) if name else None
        analysis = at(version, "spec.quantitativeAnalysis") or {}
        if analysis:
            yield _card(role, name, analysis)


def _card(role: str, name: str, analysis: Raw) -> Card:
    importance = analysis.get("importance") or {}
    looked = f"{importance.get('evaluatedColumns', 0)} of {importance.get('totalColumns', 0)}"
    return Card(
        role=role,
        version=name,
        pictures=tuple(pictures_of(analysis, paper="").values()),
        loss=str(importance.get("loss") or ""),
        looked_at=looked,
        why=str(importance.get("why") or ""),
        groups=tuple(_groups(analysis)),
    )


def _groups(analysis: Raw) -> Iterator[GroupLine]:
    for line in analysis.get("slices") or ():
        of, rows = f"{line['column']}: {line['slice']}", str(line["rows"])
        yield GroupLine(of, line["metric"], line["value"], _interval(line), rows)
    for line in analysis.get("fairness") or ():
        of = f"{line['column']}: {line.get('between', '')}"
        yield GroupLine(of, line["measure"], line["value"], _interval(line), "")


def _interval(line: Raw) -> str:
    return f"{line['low']} – {line['high']}"
