"""Which files are scored, by which version, and how far is each batch?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trainyardctl.outcome import Outcome, stand_of
from trainyardctl.snapshot import Raw, at, name_of
from trainyardpage.loop import Related
from trainyardpage.marks import MARKS, Mark

MOST_BATCHES = 100
"""Of a longer list the first are shown, and the rest is counted."""
_ORDER = {outcome: place for place, outcome in enumerate(MARKS)}


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One BatchPrediction: the run at work, or the last one."""

    namespace: str
    name: str
    outcome: Outcome
    why: str
    model: str
    """The ModelDeployment whose stable version scores; empty: it names another source."""
    version: str
    written: int
    parts: int
    scored: int
    set_aside: int
    example: str
    """A row that was set aside, and why."""
    output: str
    next_at: str

    @property
    def mark(self) -> Mark:
        """Its sign and word."""
        return MARKS[self.outcome]

    @property
    def percent(self) -> int:
        """How many of the parts are written."""
        return round(100 * self.written / self.parts) if self.parts else 0


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches that are shown, those that need a person first."""

    lines: Sequence[BatchLine]
    hidden: int


def batches_of(batches: Iterable[Raw]) -> Batches:
    """Return the lines of these BatchPredictions."""
    every = sorted(
        (_line(raw) for raw in batches), key=lambda b: (_ORDER[b.outcome], b.namespace, b.name)
    )
    return Batches(every[:MOST_BATCHES], max(0, len(every) - MOST_BATCHES))


def batches_by(found: Related, batches: Iterable[Raw]) -> Sequence[Raw]:
    """Return those that are scored by what the ModelDeployment serves or is made from."""
    names = {
        "modelDeployment": {name_of(found.serving)},
        "trainingJob": {name_of(found.job)} if found.job is not None else set(),
        "version": {name_of(version) for version in found.versions},
    }
    return [
        raw
        for raw in batches
        if any(at(raw, f"spec.model.{kind}.name") in known for kind, known in names.items())
    ]


def _line(raw: Raw) -> BatchLine:
    run = at(raw, "status.run") or at(raw, "status.lastRun") or {}
    written, stand = run.get("written") or {}, stand_of(raw)
    return BatchLine(
        namespace=str(at(raw, "metadata.namespace") or ""),
        name=name_of(raw),
        outcome=stand.outcome,
        why=stand.why,
        model=str(at(raw, "spec.model.modelDeployment.name") or ""),
        version=str(run.get("modelVersion") or ""),
        written=int(written.get("parts") or 0),
        parts=int(run.get("parts") or 0),
        scored=int(written.get("scored") or 0),
        set_aside=int(written.get("setAside") or 0),
        example=next((_example(row) for row in written.get("examples") or ()), ""),
        output=str(run.get("output") or ""),
        next_at=str(at(raw, "status.nextRunAt") or ""),
    )


def _example(row: Raw) -> str:
    return f"{row.get('file', '')}, row {row.get('row', '')}: {row.get('reason', '')}"
