"""Where counters stood, small enough for a status: sums over pods whose processes are known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from trainyard.api.v1alpha1.counter_anchor import MOST_COUNTERS, CounterAnchor
from trainyard.model_deployments.analysis.evidence import Arms, Counts, Snapshot

HEADER = 2


def anchor_of(snapshot: Snapshot, arms: Arms, processes: Sequence[str]) -> CounterAnchor | None:
    """Return where the counters of these processes stand, or None when there are too many."""
    if HEADER + len(snapshot.edges) > MOST_COUNTERS:
        return None
    return CounterAnchor(
        processes=_digest(snapshot, arms, processes),
        stable=_numbers(snapshot, arms.stable),
        canary=_numbers(snapshot, arms.canary),
        matched=_numbers(snapshot, arms.matched) if arms.matched else (),
    )


def summed(snapshot: Snapshot, arms: Arms) -> Snapshot:
    """Return the snapshot as if one pod had counted everything."""
    return Snapshot({"": {name: _total(snapshot, name) for name in arms.names}}, snapshot.edges)


def restored(
    anchor: CounterAnchor, now: Snapshot, arms: Arms, processes: Sequence[str]
) -> Snapshot | None:
    """Return the sums of the anchor, or None when others count now, or something else."""
    if anchor.processes != _digest(now, arms, processes):
        return None
    found = {arms.stable: _counts(anchor.stable), arms.canary: _counts(anchor.canary)}
    if arms.matched and anchor.matched:
        found[arms.matched] = _counts(anchor.matched)
    return Snapshot({"": found}, now.edges)


def _digest(snapshot: Snapshot, arms: Arms, processes: Sequence[str]) -> str:
    meant = [*arms.names, snapshot.edges, sorted(processes)]
    return hashlib.sha256(json.dumps(meant).encode()).hexdigest()


def _numbers(snapshot: Snapshot, revision: str) -> tuple[int, ...]:
    total = _total(snapshot, revision)
    return total.requests, total.errors, *total.within


def _total(snapshot: Snapshot, revision: str) -> Counts:
    return sum((pod.get(revision, Counts()) for pod in snapshot.pods.values()), start=Counts())


def _counts(numbers: tuple[int, ...]) -> Counts:
    requests, errors, *within = numbers
    return Counts(requests, errors, tuple(within))
