"""What both versions did since the last look: from Prometheus, or from pods it does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from trainyard.api.v1alpha1.counter_anchor import CounterAnchor
from trainyard.model_deployments.analysis.anchors import anchor_of, restored, summed
from trainyard.model_deployments.analysis.counter_source import (
    CountedPod,
    CountersUnreadable,
    CounterWindow,
    PodCounters,
)
from trainyard.model_deployments.analysis.evidence import (
    Arms,
    Reading,
    Snapshot,
    interval_between,
)
from trainyard.model_deployments.analysis.samples import CountsReader, Family, PodCounts
from trainyard.model_deployments.analysis.scraped_counters import ScrapedCounters
from trainyard.model_deployments.analysis.stored_counters import StoredCounters

Clock = Callable[[], datetime]
LATE = timedelta(seconds=2)
"""Prometheus may get samples in this late: the present is looked at with this delay."""
DIFFERENT = "latency buckets than the pods before it: they cannot be compared"
LONGEST = timedelta(minutes=15)
"""An interval of hours would compare versions over different times."""


@dataclass(frozen=True, slots=True)
class CounterQuestion:
    """Which counters of which pods, and from when on."""

    namespace: str
    deployment: str
    family: Family
    arms: Arms
    pods: tuple[CountedPod, ...]
    since: datetime | None
    """Up to when counters were dealt with; None: only look where they stand now."""
    anchor: CounterAnchor | None = None
    """Where they stood then, if all were read at the pods themselves."""


class MetricSource(Protocol):
    """Tells what both versions did since the last look."""

    async def read(self, question: CounterQuestion) -> Reading:
        """Return the interval, or why there is none; never raises for what is merely missing."""
        ...


class RolloutCounters:
    """Asks Prometheus, and for pods that it does not know the pods themselves.

    A pod that was read itself at the beginning of an interval is read itself at its end, too: one
    pod's counters are never taken from two sources.
    """

    def __init__(
        self, scraped: ScrapedCounters, stored: StoredCounters | None, clock: Clock
    ) -> None:
        self._scraped = scraped
        self._stored = stored
        self._clock = clock

    async def read(self, question: CounterQuestion) -> Reading:
        """See MetricSource.read."""
        if not question.pods:
            return Reading(None, None, "no pod to count at")
        until = self._clock() - (LATE if self._stored is not None else timedelta())
        since = question.since
        window = CounterWindow(
            namespace=question.namespace,
            deployment=question.deployment,
            reader=CountsReader(question.family, question.arms),
            pods=question.pods,
            since=since if since is not None and until - since <= LONGEST else None,
            until=until,
        )
        try:
            known = await self._known_to_prometheus(window, question.anchor)
            others = tuple(pod for pod in window.pods if pod.name not in known)
            counters = {**known, **await self._scraped.read(window.of(others))}
        except CountersUnreadable as fault:
            return Reading(None, None, str(fault))
        note = _note(others) if self._stored is not None else ""
        return _Ends(question, window, counters, is_ours=not known).reading(note)

    async def _known_to_prometheus(
        self, window: CounterWindow[PodCounts], anchor: CounterAnchor | None
    ) -> Mapping[str, PodCounters[PodCounts]]:
        pods = tuple(pod for pod in window.pods if not self._scraped.remembers(window, pod))
        if self._stored is None or not pods or (anchor is not None and window.since is not None):
            return {}
        return await self._stored.read(window.of(pods))


def _note(pods: tuple[CountedPod, ...]) -> str:
    more = f" and {len(pods) - 1} more" if len(pods) > 1 else ""
    return f"counted at pod {pods[0].name}{more}, unknown to Prometheus" if pods else ""


@dataclass(frozen=True, slots=True)
class _Ends:
    """Counters at both ends of an interval."""

    question: CounterQuestion
    window: CounterWindow[PodCounts]
    counters: Mapping[str, PodCounters[PodCounts]]
    is_ours: bool
    """Whether all were read at the pods themselves."""

    def reading(self, note: str) -> Reading:
        until, arms = self.window.until, self.question.arms
        after = _snapshot({name: pod.after for name, pod in self.counters.items()})
        if isinstance(after, str):
            return Reading(None, None, after)
        anchor = anchor_of(after, arms, self._processes()) if self.is_ours else None
        lost = [pod.why for pod in self.counters.values() if pod.before is None]
        before = self._anchored(after) if lost else _snapshot(self._begins())
        if before is None:
            why = "; ".join(filter(None, (lost[0], note)))
            return Reading(until, None, why, anchor)
        if isinstance(before, str):
            return Reading(until, None, before, anchor)
        found = interval_between(before, summed(after, arms) if lost else after, arms)
        if isinstance(found, str):
            return Reading(until, None, found, anchor)
        unit = self.question.family.edge_milliseconds
        return Reading(until, replace(found, edge_milliseconds=unit), note, anchor)

    def _begins(self) -> dict[str, PodCounts]:
        found = ((name, pod.before) for name, pod in self.counters.items())
        return {name: before for name, before in found if before is not None}

    def _processes(self) -> list[str]:
        return [pod.identity for pod in self.question.pods]

    def _anchored(self, after: Snapshot) -> Snapshot | None:
        """Return where counters stood before the operator started again, if that is known."""
        anchor, since = self.question.anchor, self.window.since
        if anchor is None or since is None or not self.is_ours:
            return None
        return restored(anchor, after, self.question.arms, self._processes())


def _snapshot(pods: Mapping[str, PodCounts]) -> Snapshot | str:
    edges: tuple[str, ...] = ()
    for name, pod in pods.items():
        if pod.edges and edges and pod.edges != edges:
            return f"pod {name} has other {DIFFERENT}"
        edges = pod.edges or edges
    return Snapshot({name: pod.counts for name, pod in pods.items()}, edges)
