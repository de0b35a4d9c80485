"""Does what an object names stand in the files, too?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType

from trainyardctl.lint.fault import Fault
from trainyardctl.snapshot import Raw, at, name_of

_NAMED = MappingProxyType(
    {
        "TrainingJob": (("spec.dataset.name", "Dataset"),),
        "ModelDeployment": (("spec.model.trainingJob.name", "TrainingJob"),),
    }
)


def reference_faults(raw: Raw, everything: Sequence[Raw]) -> Iterator[Fault]:
    """Yield what is named and stands in no file; the cluster may have it."""
    namespace = at(raw, "metadata.namespace")
    for path, kind in _NAMED.get(str(raw.get("kind")), ()):
        name = at(raw, path)
        there = {
            name_of(other)
            for other in everything
            if other.get("kind") == kind and at(other, "metadata.namespace") == namespace
        }
        if name and name not in there:
            message = f"{kind} {name} stands in none of the files: is it in the cluster?"
            yield Fault(path, message, is_certain=False)
