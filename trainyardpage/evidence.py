"""What is known of a release and of the live values, as the status tells it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainyardctl.snapshot import Raw, at


@dataclass(frozen=True, slots=True)
class CheckLine:
    """How one check stands."""

    name: str
    verdict: str
    why: str
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ArmLine:
    """What was counted of one group of requests."""

    name: str
    requests: int
    errors: int
    error_percent: str
    median: str
    p99: str
    outcome: str
    """What labels say of its version; a dash: nothing yet."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release that is under way, or the figures of the last one."""

    under_way: bool
    revision: str
    phase: str
    progress: str
    verdict: str
    why: str
    rehearsal: str
    checks: Sequence[CheckLine]
    arms: Sequence[ArmLine]


@dataclass(frozen=True, slots=True)
class BinLine:
    """Values of a column that are counted together: their share of the training, and live."""

    holds: str
    training: str
    live: str
    training_width: float
    """In percent; 0 where the share is no number."""
    live_width: float


@dataclass(frozen=True, slots=True)
class DriftLine:
    """One column that drifted."""

    name: str
    what: str
    effect: str
    windows: int
    why: str
    bins: Sequence[BinLine]


@dataclass(frozen=True, slots=True)
class Drift:
    """The last window of live values beside the training data, and how the monitors stand."""

    since: str
    until: str
    rows: int
    columns: int
    lines: Sequence[DriftLine]
    monitors: Sequence[tuple[str, str]]
    """Kind and sentence."""


def release_of(raw: Raw) -> Release:
    """Return the release of a ModelDeployment."""
    rollout = at(raw, "status.rollout") or {}
    arms = (rollout.get("arms") if rollout else at(raw, "status.lastArms")) or ()
    return Release(
        under_way=bool(rollout),
        revision=str(rollout.get("revision") or ""),
        phase=str(rollout.get("phase") or ""),
        progress=str(rollout.get("progress") or ""),
        verdict=str(rollout.get("verdict") or ""),
        why=str(rollout.get("why") or ""),
        rehearsal=_rehearsal(rollout.get("rehearsal") or {}),
        checks=tuple(_check(check) for check in rollout.get("checks") or ()),
        arms=tuple(_arm(arm) for arm in arms),
    )


def drift_of(raw: Raw) -> Drift:
    """Return what the monitors of a ModelDeployment found last."""
    monitors = at(raw, "status.monitors") or ()
    window: Raw = next((m["drift"] for m in monitors if m.get("drift")), {})
    return Drift(
        since=str(window.get("since") or ""),
        until=str(window.get("until") or ""),
        rows=int(window.get("rows") or 0),
        columns=int(window.get("columns") or 0),
        lines=tuple(_drifted(line) for line in window.get("drifted") or ()),
        monitors=tuple((str(m.get("kind", "")), str(m.get("why") or "")) for m in monitors),
    )


def _rehearsal(found: Raw) -> str:
    if not found:
        return ""
    counted = f"{found.get('agreed') or 0} of {found.get('bothAnswered') or 0} answers agree"
    return f"{found.get('verdict', '')}: {found.get('why') or counted}"


def _check(found: Raw) -> CheckLine:
    return CheckLine(
        name=str(found.get("name", "")),
        verdict=str(found.get("verdict", "")),
        why=str(found.get("why") or ""),
        dry_run=bool(found.get("dryRun")),
    )


def _arm(found: Raw) -> ArmLine:
    return ArmLine(
        name=str(found.get("name", "")),
        requests=int(found.get("requests") or 0),
        errors=int(found.get("errors") or 0),
        error_percent=_between(found.get("errorPercent")),
        median=_between(found.get("medianMilliseconds")),
        p99=_between(found.get("p99Milliseconds")),
        outcome=_outcome(found.get("outcome") or {}),
    )


def _outcome(found: Raw) -> str:
    if not found:
        return "–"
    between = f"{found.get('low')} – {found.get('high')}"
    return f"{found.get('metric')} {found.get('value')} ({between}, {found.get('rows')} labels)"


def _between(found: Mapping[str, str | None] | None) -> str:
    if not found:
        return "–"
    low, high = found.get("low"), found.get("high")
    return f"over {low}" if high is None else f"{low} – {high}"


def _drifted(found: Raw) -> DriftLine:
    return DriftLine(
        name=str(found.get("name", "")),
        what="prediction" if found.get("prediction") else "feature",
        effect=str(found.get("effect", "")),
        windows=int(found.get("windows") or 0),
        why=str(found.get("why") or ""),
        bins=tuple(_bin(line) for line in found.get("bins") or ()),
    )


def _bin(found: Raw) -> BinLine:
    training, live = str(found.get("training", "")), str(found.get("live", ""))
    return BinLine(str(found.get("holds", "")), training, live, _width(training), _width(live))


def _width(percent: str) -> float:
    try:
        return min(100.0, max(0.0, float(percent)))
    except ValueError:
        return 0.0
