"""Live values of one revision, added up over its servers for a window."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trainyard.clients.prometheus import Prometheus, PrometheusFault
from trainyard.clients.scraping import ScrapeFailed, Scraper
from trainyard.model_deployments.analysis.bin_sums import BinSum, Cell, decoded, encoded
from trainyard.model_deployments.analysis.binned_columns import (
    LIVE_METRICS,
    REFERENCE_METRICS,
    BinReading,
    BinWindow,
    ReferenceProfile,
    column_of,
    live_counts,
    reference_profile,
    rows_of,
)
from trainyard.model_deployments.analysis.queries import QueryAnswer
from trainyard.model_deployments.analysis.samples import Sample

FORGOTTEN_AFTER = timedelta(days=3)
"""Longer than between any two looks."""


@dataclass(frozen=True, slots=True)
class CountingServer:
    """A server whose bins are read."""

    identity: str
    """Changes when the process starts again, as its counters do."""
    address: str
    """URL of its metrics page."""
    started_at: datetime | None
    """When its process started; None: unknown."""


@dataclass(frozen=True, slots=True)
class BinQuestion:
    """Which live values, where, and in which window."""

    namespace: str
    deployment: str
    revision: str
    servers: tuple[CountingServer, ...]
    window: BinWindow
    checkpoint: str = ""
    """What was kept of the sums at an earlier look, perhaps by an operator before this one."""


class BinCounters:
    """Looks at the servers now and then and adds up what each process counted in between.

    So a pod that starts, ends, or starts again costs at most what it counted since the last look,
    and nothing is ever counted twice. The sums are in memory, and kept as a checkpoint for an
    operator that starts again; one that finds none leaves out what a process counted before,
    unless it started within the window.
    """

    def __init__(self, scraper: Scraper, prometheus: Prometheus | None) -> None:
        self._scraper = scraper
        self._prometheus = prometheus
        self._sums: dict[tuple[str, str], BinSum] = {}

    async def read(self, question: BinQuestion, now: datetime) -> BinReading | QueryAnswer | None:
        """Return what the window holds; None: it is not over yet."""
        window, found = question.window, self._sum(question, now)
        is_over = now >= window.until
        if found.looked_at is None or is_over or now >= found.looked_at + window.step:
            await self._look(question, found, now)
        if window.since is None:
            return QueryAnswer(None, "counting begins")
        if not is_over:
            return None
        if found.reference is None:
            return BinReading(ReferenceProfile(), {}, found.fault or "no server to count at")
        live = max((found.live, await self._known_to_prometheus(question)), key=rows_of)
        return BinReading(found.reference, dict(live), _why(found, live))

    def checkpoint(self, namespace: str, deployment: str) -> str:
        """Return the sums as they were at the last look; empty: there is none, or they are too
        large to keep.
        """
        found = self._sums.get((namespace, deployment))
        if found is None or found.looked_at is None:
            return ""
        if not found.checkpoint:
            found.checkpoint = encoded(found)
        return found.checkpoint

    def _sum(self, question: BinQuestion, now: datetime) -> BinSum:
        for key, old in list(self._sums.items()):
            if old.looked_at is not None and old.looked_at < now - FORGOTTEN_AFTER:
                del self._sums[key]
        key, since = (question.namespace, question.deployment), question.window.since
        found = self._sums.get(key)
        if found is None:
            found = self._sums[key] = _kept(question)
        if found.revision != question.revision:
            found = self._sums[key] = BinSum(question.revision, since)
        if found.since != since:
            found.since, found.live, found.checkpoint = since, Counter(), ""
        return found

    async def _look(self, question: BinQuestion, found: BinSum, now: datetime) -> None:
        servers = question.servers
        pages = await asyncio.gather(*(self._counters(server) for server in servers))
        found.fault = ""
        kept: dict[str, Mapping[Cell, int]] = {}
        for server, page in zip(servers, pages, strict=True):
            before = found.counters.get(server.identity)
            if isinstance(page, str):
                found.fault = page
                if before is not None:
                    kept[server.identity] = before
                continue
            kept[server.identity] = page
            if before is None:
                before = {} if _is_new(server, found) else page
            found.live.update({cell: max(0, n - before.get(cell, 0)) for cell, n in page.items()})
        found.counters, found.looked_at, found.checkpoint = kept, now, ""
        if found.reference is None:
            found.reference = await self._reference(servers)

    async def _counters(self, server: CountingServer) -> Mapping[Cell, int] | str:
        try:
            page = await self._scraper.samples(server.address, LIVE_METRICS)
        except ScrapeFailed as fault:
            return str(fault)
        return live_counts(Sample(s.name, s.labels, s.value) for s in page)

    async def _reference(self, servers: Sequence[CountingServer]) -> ReferenceProfile | None:
        """Return what the first server that answers shows: it is the same at all of them."""
        for server in servers:
            try:
                page = await self._scraper.samples(server.address, REFERENCE_METRICS)
            except ScrapeFailed:
                continue
            return reference_profile(Sample(s.name, s.labels, s.value) for s in page)
        return None

    async def _known_to_prometheus(self, question: BinQuestion) -> Counter[Cell]:
        """Return the counts of Prometheus; nothing where it does not answer or scrape."""
        if self._prometheus is None:
            return Counter()
        try:
            result = await self._prometheus.query(bin_query(question), question.window.until)
        except PrometheusFault:
            return Counter()
        return Counter(
            {
                (column_of(series.labels), series.labels.get("bin", "")): round(sample)
                for series in result.series
                for _, sample in series.samples
                if 0 <= sample < math.inf
            }
        )


def bin_query(question: BinQuestion) -> str:
    """Return the query for what the window holds; all names are DNS labels."""
    window = question.window
    seconds = int((window.until - (window.since or window.until)).total_seconds())
    place = (
        f'namespace="{question.namespace}",modeldeployment="{question.deployment}",'
        f'revision="{question.revision}"'
    )
    features, predictions = (f"increase({m}{{{place}}}[{seconds}s])" for m in LIVE_METRICS)
    return f"sum by (feature, bin) ({features}) or sum by (output, bin) ({predictions})"


def _kept(question: BinQuestion) -> BinSum:
    """Return the sums of the checkpoint, if they belong to this window.

    Those that were kept before it began would bring what an earlier window counted.
    """
    since, kept = question.window.since, decoded(question.checkpoint)
    new = BinSum(question.revision, since)
    if kept is None or kept.revision != question.revision:
        return new
    if since is None or kept.looked_at is None or kept.looked_at < since:
        return new
    return kept


def _is_new(server: CountingServer, found: BinSum) -> bool:
    """Tell whether all that the process ever counted came since the last look."""
    before = found.looked_at or found.since
    return before is not None and server.started_at is not None and server.started_at >= before


def _why(found: BinSum, live: Mapping[Cell, int]) -> str:
    if found.reference is not None and not found.reference.columns:
        return "the servers show no bins: TRAINYARD_SAMPLED_ROWS is 0, or the bundle has no profile"
    return f"a server could not be read: {found.fault}" if found.fault and not live else ""
