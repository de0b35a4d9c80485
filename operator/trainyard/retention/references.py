"""To what in the store do the objects of a namespace refer? In doubt: to it.

Whatever looks like a digest or like the name of a run, anywhere in an object, is a reference. A
digest is told by its first 16 digits: two that begin alike only keep more.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trainyard.api.v1alpha1.task import AT_WORK, TaskPhase
from trainyard.objects import RawObject

OWNERS = ("Dataset", "TrainingJob", "ModelVersion", "ModelDeployment", "BatchPrediction")
"""The kinds whose uids are folders of the store."""
_DIGEST = re.compile(r"sha256:([0-9a-f]{16})")
_RUN = re.compile(r"[a-z0-9][a-z0-9.-]*-[0-9a-f]{10}(?![0-9a-z])")
_FINGERPRINT = 16
_UNFINISHED = {str(phase) for phase in (*AT_WORK, TaskPhase.WAITING)}


@dataclass(frozen=True, slots=True)
class References:
    """What is kept, as the sweep reads it."""

    owners: frozenset[str]
    deployments: frozenset[str]
    digests: frozenset[str]
    runs: frozenset[str]
    at_work: frozenset[str]

    def document(self) -> dict[str, list[str]]:
        """Return the part of the task."""
        return {
            "owners": sorted(self.owners),
            "deployments": sorted(self.deployments),
            "digests": sorted(self.digests),
            "runs": sorted(self.runs),
            "atWork": sorted(self.at_work),
        }


def references_of(objects: Iterable[RawObject]) -> References:
    """Return to what these refer: our kinds, and Jobs and Deployments that were made of them."""
    found: dict[str, set[str]] = {
        name: set() for name in ("owners", "deployments", "digests", "runs", "at_work")
    }
    for raw in objects:
        text = json.dumps(raw)
        found["digests"] |= set(_DIGEST.findall(text))
        found["runs"] |= {_fingerprint(name) for name in _RUN.findall(text)}
        if raw["kind"] not in OWNERS:
            continue
        uid = raw["metadata"]["uid"]
        found["owners"].add(uid)
        found["at_work"] |= {f"runs/{uid}/{name}/result.json" for name in _unfinished(raw)}
        if raw["kind"] == "ModelDeployment":
            found["deployments"].add(raw["metadata"]["name"])
    return References(**{name: frozenset(values) for name, values in found.items()})


def _fingerprint(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:_FINGERPRINT]


def _unfinished(node: Any) -> Iterator[str]:
    """Yield the names of tasks that have not ended, wherever a status holds them."""
    if isinstance(node, Mapping):
        if str(node.get("phase")) in _UNFINISHED and isinstance(node.get("name"), str):
            yield node["name"]
        for child in node.values():
            yield from _unfinished(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from _unfinished(child)
