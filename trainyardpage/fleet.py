"""All models at one glance: how each stands, what serves, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trainyardctl.outcome import Outcome, stand_of
from trainyardctl.snapshot import Raw, at, name_of
from trainyardpage.marks import MARKS, Mark
from trainyardpage.traffic import Share, shares_of

MOST_ROWS = 500
"""Of a longer list the first are shown, and the rest is counted."""
_ORDER = {outcome: place for place, outcome in enumerate(MARKS)}


@dataclass(frozen=True, slots=True)
class FleetRow:
    """One model."""

    namespace: str
    name: str
    outcome: Outcome
    why: str
    step: str
    version: str
    shares: Sequence[Share]
    signals: Sequence[str]

    @property
    def mark(self) -> Mark:
        """Its sign and word."""
        return MARKS[self.outcome]


@dataclass(frozen=True, slots=True)
class Fleet:
    """The rows that are shown, those that need a person first, and what they are part of."""

    rows: Sequence[FleetRow]
    counts: Sequence[tuple[Mark, int]]
    found: int
    sought: str

    @property
    def hidden(self) -> int:
        """How many fit what was sought and are not shown."""
        return self.found - len(self.rows)


def fits(raw: Raw, sought: str) -> bool:
    """Tell whether the object's namespace/name has the words that are sought."""
    return sought.lower() in f"{at(raw, 'metadata.namespace') or ''}/{name_of(raw)}".lower()


def fleet_of(deployments: Iterable[Raw], sought: str = "") -> Fleet:
    """Return the models whose namespace/name has the words that are sought."""
    fitting = [_row(raw) for raw in deployments if fits(raw, sought)]
    fitting.sort(key=lambda row: (_ORDER[row.outcome], row.namespace, row.name))
    outcomes = [row.outcome for row in fitting]
    counts = [(MARKS[o], outcomes.count(o)) for o in MARKS if o in outcomes]
    return Fleet(fitting[:MOST_ROWS], counts, len(fitting), sought)


def _row(raw: Raw) -> FleetRow:
    stand = stand_of(raw)
    rollout = at(raw, "status.rollout") or {}
    progress, phase = str(rollout.get("progress") or ""), str(rollout.get("phase") or "")
    return FleetRow(
        namespace=str(at(raw, "metadata.namespace") or ""),
        name=name_of(raw),
        outcome=stand.outcome,
        why=stand.why,
        step=f"{phase} {progress}".strip(),
        version=str(at(raw, "status.stable.modelVersion") or ""),
        shares=shares_of(raw),
        signals=tuple(str(s.get("kind", "")) for s in at(raw, "status.signals") or ()),
    )
