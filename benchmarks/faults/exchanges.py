"""What is a request of the operator about?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from benchmarks.faults.plans import Target

READING = ("GET", "HEAD", "OPTIONS")
_PLACE = re.compile(r"/namespaces/([^/]+)/([^/]+)(?:/([^/]+))?(?:/(status|scale))?$")
_CHILDREN = ("jobs", "deployments", "services", "configmaps", "pods", "modelversions")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, by what it is about."""

    method: str
    namespace: str
    plural: str
    name: str
    part: str
    """`status`, or empty."""

    @property
    def writes(self) -> bool:
        """True when it changes the cluster."""
        return self.method not in READING

    def is_met_by(self, target: Target) -> bool:
        """True when faults on this target meet it."""
        match target:
            case Target.WRITES:
                return self.writes
            case Target.READS:
                return not self.writes
            case Target.STATUS:
                return self.writes and self.part == "status"
            case Target.CHILDREN:
                return self.writes and self.plural in _CHILDREN and not self.part


def asked(method: str, path: str, created: str = "") -> Asked | None:
    """What the request is about; None for what is not in a namespace, and for Leases and Events.

    `created`: the name in the body of a POST.
    """
    found = _PLACE.search(path)
    if found is None or found[2] in ("leases", "events"):
        return None
    namespace, plural, name, part = found.groups()
    return Asked(method, namespace, plural, name or created, part or "")
