"""Where in the loop is a model: data, training, gates, release, service, and back?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainyardctl.outcome import Outcome, stand_of
from trainyardctl.snapshot import Raw, Snapshot, at, condition, is_true, name_of
from trainyardpage.marks import MARKS, Mark

_RUNS = {
    "Pending": Outcome.UNDER_WAY,
    "Running": Outcome.UNDER_WAY,
    "Reporting": Outcome.UNDER_WAY,
    "Waiting": Outcome.UNDER_WAY,
    "Succeeded": Outcome.SETTLED,
    "Failed": Outcome.FAILED,
    "Stopped": Outcome.NOT_FOUND,
}


@dataclass(frozen=True, slots=True)
class Station:
    """One part of the loop: how it stands, what it holds, and a word on that."""

    title: str
    outcome: Outcome
    holds: str
    word: str

    @property
    def mark(self) -> Mark:
        """Its sign and word."""
        return MARKS[self.outcome]


@dataclass(frozen=True, slots=True)
class Loop:
    """The five stations, and what leads from the last to the first."""

    stations: Sequence[Station]
    back: str
    """What starts the next run by itself; empty: nothing does."""
    signals: Sequence[str]
    """What is wrong with the version that serves."""


@dataclass(frozen=True, slots=True)
class Related:
    """A ModelDeployment and what it comes from, as far as it is there."""

    serving: Raw
    job: Raw | None
    data: Raw | None
    versions: Sequence[Raw]
    """Newest first."""


def related(snapshot: Snapshot, serving: Raw) -> Related:
    """Return what the ModelDeployment is made from."""
    job_name = str(at(serving, "spec.model.trainingJob.name") or "")
    pinned = str(at(serving, "spec.model.version.name") or "")
    versions = snapshot.versions_of(job_name) if job_name else _named(snapshot, pinned)
    if not job_name and versions:
        job_name = str(at(versions[0], "spec.trainingJob.name") or "")
    job = next((raw for raw in snapshot.of("TrainingJob") if name_of(raw) == job_name), None)
    data_name = str(at(job, "spec.dataset.name") or "")
    data = next((raw for raw in snapshot.of("Dataset") if name_of(raw) == data_name), None)
    return Related(serving, job, data, versions)


def _named(snapshot: Snapshot, name: str) -> Sequence[Raw]:
    return tuple(raw for raw in snapshot.of("ModelVersion") if name_of(raw) == name)


def loop_of(found: Related) -> Loop:
    """Return the loop of a model."""
    return Loop(
        stations=(
            _data(found.data),
            _training(found.job),
            _gates(found.versions),
            _release(found.serving),
            _service(found.serving),
        ),
        back=_back(found),
        signals=tuple(str(s.get("kind", "")) for s in at(found.serving, "status.signals") or ()),
    )


def _data(raw: Raw | None) -> Station:
    current = at(raw, "status.current")
    holds = f"{current.get('rows', 0):,} rows" if current else "no version"
    outcome = stand_of(raw).outcome
    name = str((current or {}).get("name") or "")
    return Station("Data", outcome, holds, name)


def _training(raw: Raw | None) -> Station:
    runs = at(raw, "status.runs") or ()
    if not runs:
        return Station("Train", Outcome.NOT_FOUND, "no run", "")
    phase = str(runs[0].get("phase") or "")
    outcome = _RUNS.get(phase, Outcome.UNDER_WAY)
    cause = str(at(runs[0], "cause.kind") or "")
    number = at(raw, "status.rounds.round")
    if number:
        phase = f"round {number} of {at(raw, 'status.rounds.planned')}"
    return Station("Train", outcome, phase, cause)


def _gates(versions: Sequence[Raw]) -> Station:
    if not versions:
        return Station("Gates", Outcome.NOT_FOUND, "no version", "")
    verdict = condition(versions[0], "Accepted") or {}
    words = {"True": ("accepted", Outcome.SETTLED), "False": ("refused", Outcome.FAILED)}
    holds, outcome = words.get(str(verdict.get("status")), ("not judged", Outcome.UNDER_WAY))
    return Station("Gates", outcome, holds, str(verdict.get("reason", "")))


def _release(raw: Raw) -> Station:
    rollout, standing = at(raw, "status.rollout"), stand_of(raw)
    reason = str((condition(raw, "RolledOut") or {}).get("reason", ""))
    if not rollout:
        outcome = Outcome.SETTLED if is_true(raw, "RolledOut") else standing.outcome
        return Station("Release", outcome, "at rest", reason)
    weight = f"{rollout.get('weightPercent') or 0} % canary"
    step = f"step {rollout.get('progress') or '0'}, {rollout.get('phase', '')}"
    waits = standing.outcome is Outcome.WAITS_FOR_YOU
    return Station("Release", standing.outcome if waits else Outcome.UNDER_WAY, weight, step)


def _service(raw: Raw) -> Station:
    if not at(raw, "status.stable"):
        return Station("Serve", Outcome.NOT_FOUND, "nothing yet", "")
    ready = condition(raw, "Ready") or {}
    outcome = Outcome.SETTLED if ready.get("status") == "True" else Outcome.FAILED
    replicas = at(raw, "status.replicas") or 0
    return Station(
        "Serve",
        outcome,
        f"{replicas} pod{'' if replicas == 1 else 's'}",
        str(ready.get("reason", "")),
    )


def _back(found: Related) -> str:
    retrain = at(found.job, "spec.retrain") or {}
    name = name_of(found.serving)
    signals = [
        str(signal)
        for one in retrain.get("onSignals") or ()
        if at(one, "modelDeployment.name") == name
        for signal in one.get("signals") or ()
    ]
    causes = ["new data"] if "onNewData" in retrain else []
    causes += [f"the signal {signal}" for signal in signals]
    causes += ["the clock"] if "schedule" in retrain else []
    return ", ".join(causes)
