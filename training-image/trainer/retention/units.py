"""What lies in the store, in units that are kept or removed whole, and what refers to each?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from modelbundle.store import Store
from trainer.tasks.retention_task import References

FINGERPRINT = 16


class Kind(StrEnum):
    """The kinds of units, by the first folder of their place."""

    DATASET = "datasets"
    MODEL = "models"
    RUN = "runs"
    CAPTURE = "captures"
    LABELLED = "labelled"


@dataclass(frozen=True, slots=True)
class Unit:
    """Everything below one folder of the store; `name`: its last part."""

    kind: Kind
    folder: str

    @property
    def name(self) -> str:
        """A digest's digits, the name of a run or deployment, or a uid."""
        return self.folder.rpartition("/")[2]

    @property
    def owner(self) -> str:
        """Of a run: the uid of the object that it was started for."""
        return self.folder.split("/")[1]


def units_of(store: Store) -> Iterator[Unit]:
    """Yield every unit, in the order of kinds and names."""
    for kind in (Kind.DATASET, Kind.MODEL):
        yield from _below(store, kind, f"{kind}/sha256")
    for owner in store.folders(Kind.RUN):
        yield from _below(store, Kind.RUN, f"{Kind.RUN}/{owner}")
    for kind in (Kind.CAPTURE, Kind.LABELLED):
        yield from _below(store, kind, str(kind))


def is_referenced(unit: Unit, references: References) -> bool:
    """True when a living object refers to the unit, as far as 16 hex digits tell."""
    match unit.kind:
        case Kind.DATASET | Kind.MODEL:
            return unit.name[:FINGERPRINT] in references.digests
        case Kind.RUN:
            known = unit.owner in references.owners
            return known and fingerprint(unit.name) in references.runs
        case Kind.CAPTURE:
            return unit.name in references.owners
        case Kind.LABELLED:
            # By the uid of the deployment; before, by its name.
            return unit.name in references.owners or unit.name in references.deployments


def fingerprint(name: str) -> str:
    """Return by what the name of a run is compared."""
    return hashlib.sha256(name.encode()).hexdigest()[:FINGERPRINT]


def _below(store: Store, kind: Kind, folder: str) -> Iterator[Unit]:
    for name in store.folders(folder):
        yield Unit(kind, f"{folder}/{name}")
