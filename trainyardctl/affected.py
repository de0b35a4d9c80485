"""What did rows of a person reach: which versions of the data, which models, and do these serve?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trainyardctl.recorded import roles_of
from trainyardctl.snapshot import Raw, Snapshot, at, name_of


@dataclass(frozen=True, slots=True)
class HeldRows:
    """How many rows of a data version have one of the values; None: it has no such column."""

    digest: str
    rows: int | None


def affected_lines(held: Iterable[HeldRows], snapshot: Snapshot) -> Iterator[str]:
    """Yield each data version that holds rows, or may, and the models that learned from it."""
    for version in held:
        if version.rows == 0:
            continue
        rows = "no such column, so nobody can tell" if version.rows is None else _counted(version)
        yield f"data {version.digest}: {rows}{_dataset(snapshot, version.digest)}"
        learned = [
            model
            for model in snapshot.of("ModelVersion")
            if at(model, "spec.datasetDigest") == version.digest
        ]
        yield from (f"  mv/{name_of(model)}{_service(snapshot, model)}" for model in learned)
        if not learned:
            yield "  no ModelVersion of this namespace learned from it"


def _counted(version: HeldRows) -> str:
    return "1 row" if version.rows == 1 else f"{version.rows} rows"


def _dataset(snapshot: Snapshot, digest: str) -> str:
    for dataset in snapshot.of("Dataset"):
        if at(dataset, "status.current.digest") == digest:
            return f", now current in dset/{name_of(dataset)}"
    return ""


def _service(snapshot: Snapshot, model: Raw) -> str:
    digest = at(model, "spec.bundleDigest")
    found = [
        f"{role} in mdep/{name_of(deployment)}"
        for deployment in snapshot.of("ModelDeployment")
        for role in roles_of(deployment, digest)
    ]
    return f": {', '.join(found)}" if found else ""
