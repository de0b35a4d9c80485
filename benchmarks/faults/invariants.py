"""What must hold at every moment of a life, whatever goes wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.control_plane.kube_api import Raw
from benchmarks.faults.plans import Story

_LARGEST_STATUS = 32 * 1024
_DECLARED = {Story.PROMOTED: (0, 20, 50, 100), Story.ABORTED: (0, 20)}
"""Percent that a canary may have, in this order."""


@dataclass(slots=True)
class Watched:
    """Every status of the life's ModelDeployment, as the API server took it."""

    story: Story
    broken: list[str] = field(default_factory=list)
    _weights: dict[str, int] = field(default_factory=dict)
    """The highest of each canary so far."""
    _stable: str = ""
    _conditions: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Status and time of transition by type."""

    def saw(self, raw: Raw) -> None:
        """Look at one version of the object."""
        status = raw.get("status") or {}
        self.broken += _of_one(raw, status)
        self.broken += self._of_weights(status)
        self.broken += self._of_stable(status)
        self.broken += self._of_conditions(status)

    def _of_weights(self, status: Raw) -> Iterator[str]:
        declared = _DECLARED[self.story]
        for share in status.get("traffic") or ():
            if share["role"] != "canary" or not self._stable:
                continue
            revision, weight = share["revision"], share["weightPercent"]
            before = self._weights.get(revision, 0)
            if weight not in declared:
                yield f"{revision} got {weight} %, which no step declares"
            elif weight > before and declared.index(weight) > declared.index(before) + 1:
                yield f"{revision} went from {before} % to {weight} % and left a step out"
            self._weights[revision] = max(before, weight)

    def _of_stable(self, status: Raw) -> Iterator[str]:
        now = (status.get("stable") or {}).get("revision", "")
        if self._stable and now and now != self._stable:
            last = _DECLARED[self.story][-2]
            if self.story is Story.ABORTED:
                yield f"{now} became stable though it was aborted"
            elif self._weights.get(now, 0) < last:
                yield f"{now} was promoted with {self._weights.get(now, 0)} %, before {last} %"
        if self._stable and not now:
            yield f"the stable version {self._stable} was lost"
        self._stable = now or self._stable

    def _of_conditions(self, status: Raw) -> Iterator[str]:
        for condition in status.get("conditions") or ():
            found = condition["status"], condition.get("lastTransitionTime", "")
            before = self._conditions.get(condition["type"], found)
            if before[0] == found[0] and before[1] != found[1]:
                yield f"{condition['type']} stayed {found[0]} and changed its time"
        self._conditions = {
            c["type"]: (c["status"], c.get("lastTransitionTime", ""))
            for c in status.get("conditions") or ()
        }


def _of_one(raw: Raw, status: Raw) -> Iterator[str]:
    weights = [share["weightPercent"] for share in status.get("traffic") or ()]
    if weights and sum(weights) != 100:
        yield f"the weights are {weights}, which is not 100 %"
    if status.get("observedGeneration", 0) > raw["metadata"]["generation"]:
        yield "the status speaks of a generation that is still to come"
    if len(json.dumps(status)) > _LARGEST_STATUS:
        yield f"the status has {len(json.dumps(status))} bytes"
    types = Counter(c["type"] for c in status.get("conditions") or () if c["status"] == "True")
    if types["Stalled"] and types["Reconciling"]:
        yield "it is Stalled and Reconciling at once"


def twice(created: Mapping[str, int], expected: Mapping[str, int]) -> Sequence[str]:
    """What was made more often, or less, than in a life in which nothing went wrong.

    Refreshes are counted, as each has a name of its own.
    """
    found, wanted = _by_sort(created), _by_sort(expected)
    return [
        f"{sort} was made {found.get(sort, 0)} times, not {wanted.get(sort, 0)}"
        for sort in sorted({*found, *wanted})
        if found.get(sort, 0) != wanted.get(sort, 0)
    ]


def _by_sort(created: Mapping[str, int]) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for name, count in created.items():
        found["jobs/data" if name.startswith("jobs/data-") else name] += count
    return found
