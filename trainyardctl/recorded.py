"""What do the objects of a namespace record of a version?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainyardctl.names import ObjectName
from trainyardctl.snapshot import Raw, Snapshot, at, name_of

NOT_RECORDED = "not recorded"
ROLES = ("stable", "canary", "previous")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A version, and what else the namespace knows of it."""

    version: Raw
    data: Raw | None
    """Its version of the data, as the Dataset lists it; None: no Dataset lists it any more."""
    dataset: str
    approvals: Sequence[Raw]
    served_by: Sequence[Raw]
    """ModelDeployments in which it is stable, on its way, or was."""
    said: Raw
    """What its TrainingJob says of the model today; empty where it says nothing, or is gone."""

    @property
    def bundle_digest(self) -> str:
        """The digest that names its bytes."""
        return str(at(self.version, "spec.bundleDigest") or "")

    @property
    def analysis(self) -> Raw:
        """What was found on the test rows beyond the metrics; empty: nothing was looked at."""
        found: Raw = at(self.version, "spec.quantitativeAnalysis") or {}
        return found


@dataclass(frozen=True, slots=True)
class LiveQuality:
    """What labels that came later said of the version in one ModelDeployment."""

    deployment: str
    metric: str
    rows: int
    value: str
    low: str
    high: str
    at: str
    why: str
    """Why there is no value."""


def recorded(snapshot: Snapshot, version: Raw, approvals: Sequence[Raw]) -> Recorded:
    """Return the version with what the objects of its namespace say of it."""
    spec = version.get("spec", {})
    dataset, data = _data(snapshot, str(spec.get("datasetDigest") or ""))
    digest = spec.get("bundleDigest")
    job = snapshot.find(ObjectName("TrainingJob", str(at(spec, "trainingJob.name") or "")))
    return Recorded(
        version=version,
        data=data,
        dataset=dataset,
        approvals=[a for a in approvals if at(a, "spec.bundleDigest") == digest],
        served_by=[d for d in snapshot.of("ModelDeployment") if roles_of(d, digest)],
        said=at(job, "spec.card") or {},
    )


def roles_of(deployment: Raw, digest: object) -> list[str]:
    """Return in which roles the deployment has the bundle."""
    return [r for r in ROLES if at(deployment, f"status.{r}.bundleDigest") == digest]


def runs_when_loaded(spec: Raw) -> str:
    """Return what of its maker's whatever loads the version runs; "" where nothing is recorded."""
    if not spec.get("trust"):
        return ""
    packed = spec.get("packedCode")
    if not packed:
        return "a pickle"
    modules = ", ".join(map(str, packed.get("modules") or ()))
    files, size = packed.get("files"), packed.get("bytes")
    return f"a pickle, and code in its bundle: {modules} ({files} files, {size} bytes)"


def live_qualities(of: Recorded) -> Iterator[LiveQuality]:
    """Yield what the last join of labels said of it, for each ModelDeployment that has one."""
    for deployment in of.served_by:
        join = at(deployment, "status.labelJoin") or {}
        roles = roles_of(deployment, of.bundle_digest)
        revisions = {at(deployment, f"status.{role}.revision") for role in roles}
        for found in join.get("revisions") or ():
            if found.get("revision") in revisions:
                yield LiveQuality(
                    deployment=name_of(deployment),
                    metric=str(join.get("metric") or ""),
                    rows=int(found.get("rows") or 0),
                    value=str(found.get("value") or ""),
                    low=str(found.get("low") or ""),
                    high=str(found.get("high") or ""),
                    at=str(at(join, "counts.at") or ""),
                    why=str(found.get("why") or ""),
                )


def _data(snapshot: Snapshot, digest: str) -> tuple[str, Raw | None]:
    for dataset in snapshot.of("Dataset"):
        for version in at(dataset, "status.versions") or ():
            if version.get("digest") == digest:
                return name_of(dataset), version
    return "", None
