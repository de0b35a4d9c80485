"""Why is it as it is: every condition, a rollout's evidence, the way back to the data, and what a
person can do now.
"""

from __future__ import annotations

from collections.abc import Iterator

from trainyardctl.names import ObjectName
from trainyardctl.next_steps import next_steps
from trainyardctl.outcome import stand_of
from trainyardctl.snapshot import Raw, Snapshot, at, name_of


def reasons_of(snapshot: Snapshot, name: ObjectName, raw: Raw) -> Iterator[str]:
    """Yield the lines that explain the object, the shortest answer first."""
    stand = stand_of(raw)
    yield f"{name}: {stand.outcome.name.replace('_', ' ').lower()}"
    if stand.why:
        yield f"  {stand.why}"
    yield from _conditions(raw)
    yield from _evidence(raw)
    yield from _quarantine(raw)
    yield from _lineage(snapshot, name, raw)
    yield from _next(snapshot, name, raw)


def _conditions(raw: Raw) -> Iterator[str]:
    yield "conditions"
    for found in at(raw, "status.conditions") or ():
        line = f"  {found.get('type')} {found.get('status')} {found.get('reason', '')}"
        yield f"{line}: {found.get('message', '')}".removesuffix(": ")


def _evidence(raw: Raw) -> Iterator[str]:
    rollout = at(raw, "status.rollout")
    if not rollout:
        return
    counted = (
        f"{rollout.get('canaryRequests', 0)} requests, stable {rollout.get('stableRequests', 0)}"
    )
    yield f"evidence of step {rollout.get('progress') or 0}: canary {counted}"
    for check in rollout.get("checks") or ():
        line = f"  {check.get('name')}: {check.get('verdict')}"
        yield f"{line}, {check.get('why', '')}".removesuffix(", ")
    if rollout.get("expectedSeconds"):
        yield f"  the step takes about {rollout['expectedSeconds']} s at the present rate"


def _quarantine(raw: Raw) -> Iterator[str]:
    entries = at(raw, "status.quarantine") or ()
    if entries:
        yield "quarantine"
    for entry in entries:
        yield f"  {entry.get('revision')}: {entry.get('reason')}, {entry.get('message', '')}"


def _lineage(snapshot: Snapshot, name: ObjectName, raw: Raw) -> Iterator[str]:
    for role in ("stable", "canary"):
        wanted = at(raw, f"status.{role}.modelVersion")
        if wanted:
            yield f"{role} {at(raw, f'status.{role}.revision')}"
            yield from _of_version(snapshot, str(wanted))
    if name.kind == "ModelVersion":
        yield "made of"
        yield from _of_version(snapshot, name.name)


def _of_version(snapshot: Snapshot, wanted: str) -> Iterator[str]:
    version = next((v for v in snapshot.of("ModelVersion") if name_of(v) == wanted), None)
    yield f"  ModelVersion {wanted}"
    if version is None:
        yield "    it is gone; its bundle may still be in the store"
        return
    spec = version.get("spec", {})
    yield f"    run {spec.get('run')} of TrainingJob {at(version, 'spec.trainingJob.name')}"
    yield f"    because {at(version, 'spec.cause.kind')}: {at(version, 'spec.cause.message') or ''}"
    yield f"    recipe {spec.get('recipe', '')}"
    yield f"    data {spec.get('datasetDigest') or 'none: imported without data'}"
    yield f"    bundle {spec.get('bundleDigest', '')}"


def _next(snapshot: Snapshot, name: ObjectName, raw: Raw) -> Iterator[str]:
    steps = tuple(next_steps(snapshot.namespace, name, raw))
    if steps:
        yield "you can"
    for step in steps:
        yield f"  {step.command}"
        yield f"    {step.effect}"
