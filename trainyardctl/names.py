"""Which object does a person mean by `mdep/wine`?"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

KINDS = MappingProxyType(
    {
        "Dataset": ("dset", "dataset", "datasets"),
        "TrainingJob": ("tj", "trainingjob", "trainingjobs"),
        "ModelVersion": ("mv", "modelversion", "modelversions"),
        "ModelDeployment": ("mdep", "modeldeployment", "modeldeployments"),
        "BatchPrediction": ("bp", "batchprediction", "batchpredictions"),
    }
)
"""The words for each kind, the short name that kubectl knows first."""


class UnknownName(Exception):
    """The words name no object of ours."""


@dataclass(frozen=True, slots=True)
class ObjectName:
    """One object of the namespace at work."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{KINDS[self.kind][0]}/{self.name}"


def object_name(words: str) -> ObjectName:
    """Return what `<kind>/<name>` names; a name alone is a ModelDeployment.

    Raises UnknownName.
    """
    word, slash, name = words.partition("/")
    if not slash:
        word, name = "mdep", words
    kind = next((kind for kind, known in KINDS.items() if word.lower() in known), None)
    if kind is None or not name:
        kinds = ", ".join(known[0] for known in KINDS.values())
        raise UnknownName(f"{words!r} names no object: expected <kind>/<name> with one of {kinds}")
    return ObjectName(kind, name)
