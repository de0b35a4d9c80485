"""The objects of one namespace as they were at one moment, and what they say of themselves.

Objects are read as they come, not parsed into the types of this release: a cluster that is one
version older or newer lacks fields or has more of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainyardctl.names import KINDS, ObjectName

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All objects of ours in a namespace, by kind, each kind in order of names."""

    namespace: str
    objects: Mapping[str, Sequence[Raw]]

    def of(self, kind: str) -> Sequence[Raw]:
        """Return the objects of the kind."""
        return self.objects.get(kind, ())

    def find(self, wanted: ObjectName) -> Raw | None:
        """Return the object, or None where there is none of that name."""
        found = (raw for raw in self.of(wanted.kind) if name_of(raw) == wanted.name)
        return next(found, None)

    def versions_of(self, job: str) -> Sequence[Raw]:
        """Return the ModelVersions of the TrainingJob, newest first."""
        mine = [v for v in self.of("ModelVersion") if at(v, "spec.trainingJob.name") == job]
        return sorted(mine, key=lambda v: str(at(v, "metadata.creationTimestamp")), reverse=True)

    def followers_of(self, job: str) -> Sequence[Raw]:
        """Return the ModelDeployments that serve what the TrainingJob makes."""
        path = "spec.model.trainingJob.name"
        return [raw for raw in self.of("ModelDeployment") if at(raw, path) == job]

    def names(self) -> Sequence[str]:
        """Return the names of all objects as people write them."""
        return tuple(str(ObjectName(kind, name_of(raw))) for kind in KINDS for raw in self.of(kind))


def name_of(raw: Raw) -> str:
    """Return the object's name."""
    return str(at(raw, "metadata.name") or "")


def at(raw: Any, path: str) -> Any:
    """Return the value at the dotted path, or None where any part of it is missing."""
    for part in path.split("."):
        if not isinstance(raw, Mapping):
            return None
        raw = raw.get(part)
    return raw


def condition(raw: Raw, kind: str) -> Raw | None:
    """Return the condition of that type, or None."""
    found = (c for c in at(raw, "status.conditions") or () if c.get("type") == kind)
    return next(found, None)


def is_true(raw: Raw, kind: str) -> bool:
    """Tell whether the condition is there and True."""
    return (condition(raw, kind) or {}).get("status") == "True"


def why(raw: Raw) -> str:
    """Return the one sentence that the object shows in `kubectl get`."""
    return str(at(raw, "status.why") or at(raw, "status.summary.why") or "")
