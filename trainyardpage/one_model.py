"""One model whole: its loop, its release with evidence, its versions, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainyardctl.names import ObjectName
from trainyardctl.next_steps import NextStep, next_steps
from trainyardctl.outcome import stand_of
from trainyardctl.snapshot import Raw, Snapshot, at, name_of
from trainyardpage.approvals import Approvals, approvals_of
from trainyardpage.batches import Batches, batches_by, batches_of
from trainyardpage.cards import Cards, cards_of
from trainyardpage.evidence import Drift, Release, drift_of, release_of
from trainyardpage.loop import Loop, Related, loop_of, related
from trainyardpage.marks import MARKS, Mark
from trainyardpage.parties import Parties, parties_of
from trainyardpage.quality import Quality, quality_of
from trainyardpage.runs import Runs, runs_of
from trainyardpage.traffic import Share, shares_of
from trainyardpage.trail import NOTHING, Trail
from trainyardpage.versions import Origin, Versions, origins_of, versions_of

MOST_BATCH_STEPS = 3
"""What can be done about more BatchPredictions is not listed: they are alike."""


@dataclass(frozen=True, slots=True)
class Told:
    """One decision that the status keeps."""

    at: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class OneModel:
    """What the page of one model shows."""

    namespace: str
    name: str
    mark: Mark
    why: str
    loop: Loop
    shares: Sequence[Share]
    release: Release
    trail: Trail
    approvals: Approvals | None
    drift: Drift
    quality: Quality
    signals: Sequence[Told]
    batches: Batches
    runs: Runs
    cards: Cards
    parties: Parties
    versions: Versions
    origins: Sequence[Origin]
    steps: Sequence[NextStep]
    history: Sequence[Told]
    """Newest first."""


def one_model(snapshot: Snapshot, name: str, trail: Trail = NOTHING) -> OneModel | None:
    """Return what is known of the ModelDeployment, or None where there is none of that name.

    `trail` is what was seen of its release so far.
    """
    raw = snapshot.find(ObjectName("ModelDeployment", name))
    if raw is None:
        return None
    found, stand = related(snapshot, raw), stand_of(raw)
    batches = batches_by(found, snapshot.of("BatchPrediction"))
    return OneModel(
        namespace=snapshot.namespace,
        name=name,
        mark=MARKS[stand.outcome],
        why=stand.why,
        loop=loop_of(found),
        shares=shares_of(raw),
        release=release_of(raw),
        trail=trail,
        approvals=approvals_of(raw, snapshot),
        drift=drift_of(raw),
        quality=quality_of(raw),
        signals=tuple(_signals(raw)),
        batches=batches_of(batches),
        runs=runs_of(found),
        cards=cards_of(found, snapshot),
        parties=parties_of(found, snapshot),
        versions=versions_of(found),
        origins=tuple(origins_of(found, snapshot)),
        steps=tuple(_steps(snapshot.namespace, found, batches)),
        history=tuple(_history(raw)),
    )


def _signals(raw: Raw) -> Iterator[Told]:
    for found in at(raw, "status.signals") or ():
        yield Told(
            str(found.get("since", "")), str(found.get("kind", "")), str(found.get("message", ""))
        )


def _history(raw: Raw) -> Iterator[Told]:
    for found in reversed(at(raw, "status.history") or ()):
        yield Told(
            str(found.get("at", "")), str(found.get("reason", "")), str(found.get("message", ""))
        )


def _steps(namespace: str, found: Related, batches: Sequence[Raw]) -> Iterator[NextStep]:
    objects = (
        ("ModelDeployment", found.serving),
        ("TrainingJob", found.job),
        ("Dataset", found.data),
        *(("BatchPrediction", raw) for raw in batches[:MOST_BATCH_STEPS]),
    )
    for kind, raw in objects:
        if raw is not None:
            yield from next_steps(namespace, ObjectName(kind, name_of(raw)), raw)
    yield NextStep(f"trainyard -n {namespace} why {name_of(found.serving)}", "Read every reason.")
