"""Pods whose counters stand where a test puts them, and a Prometheus that scrapes some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from builders_serving import NOW

from trainyard.clients.exposition import ScrapedSample
from trainyard.clients.prometheus import (
    MOST_SERIES,
    PrometheusFault,
    QueryResult,
    ResultType,
    Series,
    TooManySeries,
)
from trainyard.clients.scraping import ScrapeFailed, samples
from trainyard.model_deployments.analysis.counter_source import CountedPod
from trainyard.model_deployments.analysis.evidence import Arms
from trainyard.model_deployments.analysis.samples import SERVER, CountsReader

STABLE = CountedPod("s-1", "s-1.0", "http://s-1")
CANARY = CountedPod("c-1", "c-1.0", "http://c-1")
READER = CountsReader(SERVER, Arms("s", "c"))


@dataclass(slots=True)
class CountedPods:
    """Model servers of revisions `s` and `c` with their metrics pages."""

    now: datetime = NOW
    totals: dict[str, tuple[str, int, int]] = field(
        default_factory=lambda: {"s-1": ("s", 100, 1), "c-1": ("c", 10, 0)}
    )
    """Name of the pod → revision, good and failed answers since its start."""
    edges: dict[str, str] = field(default_factory=dict)
    """Name of the pod → its latency edge, if it is not 0.1."""
    down: str = ""
    """Name of the pod that does not answer."""
    asked: list[str] = field(default_factory=list)
    """Names of the pods that were asked for their page."""
    scraped: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    """What Prometheus has: name of the pod → times and pages."""
    prometheus_is_down: bool = False
    too_many_series: bool = False
    queries: list[str] = field(default_factory=list)

    def clock(self) -> datetime:
        """Return the time it is."""
        return self.now

    def count(self, seconds: int, s: tuple[int, int], c: tuple[int, int]) -> None:
        """Let time pass; both pods have answered so many well and so many badly in all."""
        self.now += timedelta(seconds=seconds)
        self.totals = {"s-1": ("s", *s), "c-1": ("c", *c)}

    def scrape(self, *pods: str) -> None:
        """Let Prometheus scrape these pods now."""
        for pod in pods:
            self.scraped.setdefault(pod, []).append((self.now, self.page(pod)))

    def page(self, pod: str) -> str:
        """Return the metrics page of a pod."""
        revision, good, bad = self.totals[pod]
        total = f'trainyard_requests_total{{revision="{revision}",code='
        bucket = f'trainyard_request_seconds_bucket{{revision="{revision}",le='
        return (
            f'{total}"200"}} {good}\n{total}"500"}} {bad}\n'
            f'{bucket}"{self.edges.get(pod, "0.1")}"}} {good}\n{bucket}"+Inf"}} {good + bad}\n'
        )

    async def text(self, url: str) -> str:
        """See Scraper.text: nobody asks for one."""
        raise ScrapeFailed(url)

    async def samples(self, url: str, names: Sequence[str]) -> list[ScrapedSample]:
        """See Scraper.samples."""
        pod = url.removeprefix("http://")
        self.asked.append(pod)
        if pod == self.down:
            raise ScrapeFailed(f"{url}: refused")
        return samples(self.page(pod), names)

    async def query(self, promql: str, at: datetime, most: int = MOST_SERIES) -> QueryResult:
        """See Prometheus.query: all that was ever scraped."""
        self.queries.append(promql)
        if self.prometheus_is_down:
            raise PrometheusFault("connection refused")
        if self.too_many_series:
            raise TooManySeries("the query gives more than 10000 series")
        names = ["trainyard_requests_total", "trainyard_request_seconds_bucket"]
        found: dict[tuple[str, ...], Series] = {}
        for pod, pages in self.scraped.items():
            for moment, page in pages:
                for one in samples(page, names):
                    labels = {"__name__": one.name, "pod": pod, **one.labels}
                    key = tuple(f"{k}={v}" for k, v in sorted(labels.items()))
                    before = found.get(key, Series(labels, ())).samples
                    found[key] = Series(labels, (*before, (moment, one.value)))
        return QueryResult(ResultType.MATRIX, tuple(found.values()))
