"""Counters from the pods' own pages, with a memory of the last few."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from trainyard.clients.scraping import ScrapeFailed, Scraper
from trainyard.model_deployments.analysis.counter_source import (
    CountedPod,
    CounterReader,
    CountersUnreadable,
    CounterWindow,
    PodCounters,
    Read,
)
from trainyard.model_deployments.analysis.samples import Sample

PAGES_KEPT = 4
FORGOTTEN_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class _Page:
    """Counters of one process at the end of a stretch of time."""

    until: datetime
    identity: str
    counters: Any
    """What the reader made of them; only its questions find the page again."""


class ScrapedCounters:
    """Reads pods, and remembers the last few pages of each.

    A page is found again by the moment up to which it was counted, which stands in the
    deployment's status: what was read and never made it into a status is read again.
    """

    def __init__(self, scraper: Scraper) -> None:
        self._scraper = scraper
        self._pages: dict[tuple[str, str, CounterReader[Any]], list[_Page]] = {}

    def remembers(self, window: CounterWindow[Any], pod: CountedPod) -> bool:
        """Tell whether the pod was read at the beginning."""
        return self._page(window, pod) is not None

    async def read(self, window: CounterWindow[Read]) -> Mapping[str, PodCounters[Read]]:
        """See CounterSource.read: every pod is known, if it answers."""
        found = await asyncio.gather(*(self._read(window, pod) for pod in window.pods))
        for key, kept in list(self._pages.items()):
            if kept[-1].until < window.until - FORGOTTEN_AFTER:
                del self._pages[key]
        return dict(zip((pod.name for pod in window.pods), found, strict=True))

    async def _read(self, window: CounterWindow[Read], pod: CountedPod) -> PodCounters[Read]:
        try:
            page = await self._scraper.samples(pod.address, window.reader.metrics)
        except ScrapeFailed as fault:
            raise CountersUnreadable(f"counters cannot be read: {fault}") from fault
        counters = window.reader.read(Sample(s.name, s.labels, s.value) for s in page)
        before = self._page(window, pod)
        self._remember(window, pod, _Page(window.until, pod.identity, counters))
        if before is None:
            return PodCounters(counters, why="counting begins")
        if before.identity != pod.identity:
            return PodCounters(counters, why=f"pod {pod.name} started again")
        return PodCounters(counters, before.counters)

    def _page(self, window: CounterWindow[Any], pod: CountedPod) -> _Page | None:
        kept = self._pages.get((window.namespace, pod.name, window.reader), ())
        return next((page for page in kept if page.until == window.since), None)

    def _remember(self, window: CounterWindow[Any], pod: CountedPod, page: _Page) -> None:
        key = (window.namespace, pod.name, window.reader)
        kept = self._pages.get(key, [])
        anchor = [old for old in kept[:-PAGES_KEPT] if old.until == window.since]
        self._pages[key] = [*anchor, *kept[-PAGES_KEPT:], page]
