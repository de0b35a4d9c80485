"""What was counted of both versions between two looks, and when that may be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from trainyard.api.v1alpha1.counter_anchor import CounterAnchor


class Answer(StrEnum):
    """The three answers of a check."""

    PASS = "Pass"  # noqa: S105 — not a password
    FAIL = "Fail"
    NO_EVIDENCE = "NoEvidence"


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests of one version: counters since a start, or what came between two looks."""

    requests: int = 0
    errors: int = 0
    within: tuple[int, ...] = ()
    """How many were answered within each latency edge, rising."""

    def __add__(self, other: Counts) -> Counts:
        """Return both together; an empty one changes nothing."""
        within = (
            tuple(a + b for a, b in zip(self.within, other.within, strict=True))
            if (self.within and other.within)
            else (self.within or other.within)
        )
        return Counts(self.requests + other.requests, self.errors + other.errors, within)

    def since(self, before: Counts) -> Counts | None:
        """Return what came after `before`, or None when a counter went back or edges changed."""
        empty = (0,) * len(self.within)
        earlier = before.within or empty
        if len(earlier) != len(self.within):
            return None
        within = tuple(b - a for a, b in zip(earlier, self.within, strict=True))
        requests, errors = self.requests - before.requests, self.errors - before.errors
        if requests < 0 or errors < 0 or min(within, default=0) < 0:
            return None
        return Counts(requests, errors, within)


@dataclass(frozen=True, slots=True)
class Interval:
    """What both versions did in the same stretch of time."""

    stable: Counts
    canary: Counts
    edges: tuple[str, ...]
    """Upper latency edges, as the counters name them."""
    matched: Counts = Counts()
    """Requests that the canary got whatever the weights were; no verdict rests on them."""
    edge_milliseconds: float = 1.0
    """How long one unit of the edges is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of one look at the counters."""

    observed_until: datetime | None
    """Counters up to here are dealt with: counted in `interval`, or given up. None: as before."""
    interval: Interval | None
    why: str = ""
    """Why there is no interval."""
    anchor: CounterAnchor | None = None
    """Where counters stand that only their pods know."""


@dataclass(frozen=True, slots=True)
class ErrorWindow:
    """How long requests are counted before they are judged."""

    step: timedelta
    min_requests: int
    """With fewer a window goes on."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Counters of every scraped pod at about one moment."""

    pods: Mapping[str, Mapping[str, Counts]]
    """Identity of the pod's process → revision → counters since its start."""
    edges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arms:
    """Which two revisions are compared, and what is counted beside them."""

    stable: str
    canary: str
    matched: str = ""
    """Requests of the canary that are counted apart; empty: there are none."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names under which anything is counted."""
        return tuple(name for name in (self.stable, self.canary, self.matched) if name)


def interval_between(before: Snapshot, after: Snapshot, arms: Arms) -> Interval | str:
    """Return what both versions did between two snapshots, or why that cannot be known.

    Every pod must be in both snapshots: requests that one end did not see are lost, and lost
    equally for no one.
    """
    if set(before.pods) != set(after.pods):
        return "the set of counted pods changed"
    if before.edges and before.edges != after.edges:  # no edges: no request was timed yet
        return "the latency buckets changed"
    stable, canary, matched = Counts(), Counts(), Counts()
    for pod, now in after.pods.items():
        then = before.pods[pod]
        grown = {name: counts.since(then.get(name, Counts())) for name, counts in now.items()}
        if any(counts is None for counts in grown.values()) or set(then) - set(now):
            return f"the counters of pod {pod} started again"
        stable += grown.get(arms.stable) or Counts()
        canary += grown.get(arms.canary) or Counts()
        matched += grown.get(arms.matched) or Counts()
    return Interval(stable=stable, canary=canary, edges=after.edges, matched=matched)
