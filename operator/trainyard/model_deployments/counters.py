"""Where counters of both versions come from: from the pods themselves, or from Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from trainyard.clients.scraping import ScrapedSample, ScrapeFailed, Scraper, samples
from trainyard.model_deployments.analysis.evidence import (
    Arms,
    Interval,
    Reading,
    Snapshot,
    interval_between,
)
from trainyard.model_deployments.analysis.samples import Family, Sample, counts_of, metric_names

Clock = Callable[[], datetime]
DIFFERENT = "latency buckets than the pods before it: they cannot be compared"
SNAPSHOTS_KEPT = 4
FORGOTTEN_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class CountedPod:
    """A pod whose counters are read."""

    name: str
    identity: str
    """Changes when a process in the pod starts again, as its counters do."""
    address: str
    """URL of its metrics page."""


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


class MetricSource(Protocol):
    """Tells what both versions did since the last look."""

    async def read(self, question: CounterQuestion) -> Reading:
        """Return the interval, or why there is none; never raises for what is merely missing."""
        ...


class ScrapedCounters:
    """Reads the pods' own pages and remembers the last few readings of each deployment.

    The anchor is the `since` of the question, which stands in the deployment's status: what was
    read and never made it into a status is read again, and after a restart of the operator one
    interval is lost.
    """

    def __init__(self, scraper: Scraper, clock: Clock) -> None:
        self._scraper = scraper
        self._clock = clock
        self._seen: dict[tuple[str, str, Arms], list[tuple[datetime, Snapshot]]] = {}

    async def read(self, question: CounterQuestion) -> Reading:
        """See MetricSource.read."""
        if not question.pods:
            return Reading(None, None, "no pod to count at")
        now = self._clock()
        try:
            snapshot = await self._snapshot(question)
        except ScrapeFailed as fault:
            return Reading(None, None, f"counters cannot be read: {fault}")
        key = (question.namespace, question.deployment, question.arms)
        before = next((s for at, s in self._seen.get(key, ()) if at == question.since), None)
        self._remember(key, now, snapshot)
        if before is None:
            return Reading(now, None, "counting begins")
        found = interval_between(before, snapshot, question.arms)
        return Reading(now, found) if isinstance(found, Interval) else Reading(now, None, found)

    async def _snapshot(self, question: CounterQuestion) -> Snapshot:
        pages = await asyncio.gather(
            *(self._scraper.page(pod.address) for pod in question.pods), return_exceptions=False
        )
        names = metric_names(question.family)
        found = {}
        edges: tuple[str, ...] = ()
        for pod, page in zip(question.pods, pages, strict=True):
            counted = [_sample(s) for s in samples(page, names)]
            found[pod.identity], seen = counts_of(counted, question.family, question.arms)
            if seen and edges and seen != edges:
                raise ScrapeFailed(f"pod {pod.name} has other {DIFFERENT}")
            edges = seen or edges
        return Snapshot(found, edges)

    def _remember(self, key: tuple[str, str, Arms], now: datetime, snapshot: Snapshot) -> None:
        for other, kept in list(self._seen.items()):
            if kept[-1][0] < now - FORGOTTEN_AFTER:
                del self._seen[other]
        self._seen[key] = [*self._seen.get(key, ()), (now, snapshot)][-SNAPSHOTS_KEPT:]


def _sample(scraped: ScrapedSample) -> Sample:
    return Sample(scraped.name, scraped.labels, scraped.value)


def addresses(pods: Sequence[CountedPod]) -> tuple[str, ...]:
    """Return the pods' names, sorted: what must be at both ends of an interval."""
    return tuple(sorted(pod.name for pod in pods))
