"""Which versions of a model are there, side by side, and what are they made of?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainyardctl.names import ObjectName
from trainyardctl.snapshot import Raw, Snapshot, at, condition, name_of
from trainyardpage.loop import Related

MOST_VERSIONS = 20
"""Of a longer list the newest are shown."""
MOST_METRICS = 8


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version."""

    name: str
    role: str
    """Stable, canary, or empty."""
    verdict: str
    why: str
    made_at: str
    cause: str
    recipe: str
    data: str
    metrics: Sequence[str]
    """By the metrics of the table; empty where it has none of that name."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions side by side, newest first."""

    metrics: Sequence[str]
    lines: Sequence[VersionLine]
    hidden: int


@dataclass(frozen=True, slots=True)
class Origin:
    """The way from data to a revision that serves: what each step is called, and its name."""

    role: str
    steps: Sequence[tuple[str, str]]


def versions_of(found: Related) -> Versions:
    """Return the versions that the model's TrainingJob made."""
    shown = found.versions[:MOST_VERSIONS]
    names = {m for raw in shown for m in at(raw, "spec.metrics") or ()}
    metrics = sorted(names)[:MOST_METRICS]
    roles = {
        str(at(found.serving, f"status.{role}.modelVersion") or ""): role
        for role in ("canary", "stable")
    }
    lines = tuple(_line(raw, metrics, roles.get(name_of(raw), "")) for raw in shown)
    return Versions(metrics, lines, len(found.versions) - len(shown))


def _line(raw: Raw, metrics: Sequence[str], role: str) -> VersionLine:
    verdict = condition(raw, "Accepted") or {}
    words = {"True": "accepted", "False": "refused"}
    reached = at(raw, "spec.metrics") or {}
    return VersionLine(
        name=name_of(raw),
        role=role,
        verdict=words.get(str(verdict.get("status")), "not judged"),
        why=str(verdict.get("message") or ""),
        made_at=str(at(raw, "metadata.creationTimestamp") or ""),
        cause=str(at(raw, "spec.cause.kind") or ""),
        recipe=str(at(raw, "spec.recipe") or ""),
        data=short(at(raw, "spec.datasetDigest")),
        metrics=tuple(str(reached.get(metric, "")) for metric in metrics),
    )


def origins_of(found: Related, snapshot: Snapshot) -> Iterator[Origin]:
    """Yield the origin of each revision that has a role, stable first."""
    for role in ("stable", "canary"):
        revision = at(found.serving, f"status.{role}")
        if revision:
            yield Origin(role, tuple(_steps(revision, snapshot)))


def _steps(revision: Raw, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    name = str(revision.get("modelVersion") or "")
    version = snapshot.find(ObjectName("ModelVersion", name))
    if version is not None:
        yield "data", str(at(version, "spec.datasetDigest") or "")
        yield "recipe", str(at(version, "spec.recipe") or "")
        yield "run", str(at(version, "spec.run") or "")
    yield "version", name if version is not None or not name else f"{name}, which is gone"
    yield "bundle", str(revision.get("bundleDigest") or "")
    yield "revision", str(revision.get("revision") or "")


def short(digest: object) -> str:
    """Return the first twelve hex digits of a digest, as a version of the data is called."""
    return str(digest or "").removeprefix("sha256:")[:12]
