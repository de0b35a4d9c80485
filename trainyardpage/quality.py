"""What do labels that came later say of each revision: how right, and how fair?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainyardctl.snapshot import Raw, at

_COUNTED = (
    ("joined", "captured rows have a label"),
    ("awaited", "may still get one"),
    ("missing", "got none in time"),
    ("unknown", "labels are of predictions that were not captured"),
    ("contradicting", "predictions have labels that contradict each other"),
)


@dataclass(frozen=True, slots=True)
class QualityLine:
    """One revision."""

    revision: str
    role: str
    rows: int
    value: str
    interval: str
    why: str
    fairness: str
    fairness_interval: str
    between: str


@dataclass(frozen=True, slots=True)
class Quality:
    """The last join of labels with captured requests."""

    metric: str
    bounds: str
    at: str
    lines: Sequence[QualityLine]
    fairness_column: str
    fairness_max: str
    counts: Sequence[tuple[int, str]]


def quality_of(raw: Raw) -> Quality:
    """Return what the labels of a ModelDeployment said last."""
    join = at(raw, "status.labelJoin") or {}
    asked = at(raw, "spec.monitoring.quality") or {}
    fairness = at(raw, "spec.monitoring.fairness") or {}
    roles = {str(at(raw, f"status.{r}.revision") or ""): r for r in ("canary", "stable")}
    counts = join.get("counts") or {}
    return Quality(
        metric=str(join.get("metric") or ""),
        bounds=_bounds(asked),
        at=str(counts.get("at") or ""),
        lines=tuple(_line(one, roles) for one in join.get("revisions") or ()),
        fairness_column=str(fairness.get("column") or ""),
        fairness_max=str(fairness.get("max") or "0.1") if fairness else "",
        counts=tuple((int(counts[k]), words) for k, words in _COUNTED if counts.get(k)),
    )


def _line(found: Raw, roles: dict[str, str]) -> QualityLine:
    revision, fair = str(found.get("revision", "")), found.get("fairness") or {}
    return QualityLine(
        revision=revision,
        role=roles.get(revision, ""),
        rows=int(found.get("rows") or 0),
        value=str(found.get("value") or "–"),
        interval=_interval(found),
        why=str(found.get("why") or ""),
        fairness=str(fair.get("value") or fair.get("why") or "–"),
        fairness_interval=_interval(fair),
        between=" and ".join(str(part) for part in fair.get("between") or ()),
    )


def _interval(found: Raw) -> str:
    return f"{found['low']} – {found['high']}" if found.get("low") and found.get("high") else ""


def _bounds(asked: Raw) -> str:
    least, most = asked.get("min"), asked.get("max")
    words = [f"at least {least}"] * bool(least) + [f"at most {most}"] * bool(most)
    return ", ".join(words)
