"""Counters read from the pods' own pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from builders_serving import NOW

from trainyard.clients.scraping import ScrapeFailed
from trainyard.model_deployments.analysis.evidence import Arms, Counts
from trainyard.model_deployments.analysis.samples import SERVER
from trainyard.model_deployments.counters import CountedPod, CounterQuestion, ScrapedCounters

PODS = (CountedPod("s-1", "s-1.0", "http://s"), CountedPod("c-1", "c-1.0", "http://c"))
QUESTION = CounterQuestion("team", "tumours", SERVER, Arms("s", "c"), PODS, since=None)


class Pages:
    """Two pods whose counters stand where a test puts them."""

    def __init__(self) -> None:
        self.now = NOW
        self.totals = {"http://s": ("s", 100, 1), "http://c": ("c", 10, 0)}
        self.down = ""
        self.edges: dict[str, str] = {}

    def clock(self) -> datetime:
        """Return the time it is."""
        return self.now

    def count(self, seconds: int, s: tuple[int, int], c: tuple[int, int]) -> None:
        """Let time pass; both pods have answered so many and failed so many in all."""
        self.now += timedelta(seconds=seconds)
        self.totals = {"http://s": ("s", *s), "http://c": ("c", *c)}

    async def page(self, url: str) -> str:
        """See Scraper.page."""
        if url == self.down:
            raise ScrapeFailed(f"{url}: refused")
        revision, good, bad = self.totals[url]
        total = f'trainyard_requests_total{{revision="{revision}",code='
        bucket = f'trainyard_request_seconds_bucket{{revision="{revision}",le='
        return (
            f'{total}"200"}} {good}\n{total}"500"}} {bad}\n'
            f'{bucket}"{self.edges.get(url, "0.1")}"}} {good}\n{bucket}"+Inf"}} {good + bad}\n'
        )


async def test_an_interval_is_what_came_since_the_last_look_on_record() -> None:
    """The anchor is in the question, so a reading that was not recorded is counted once."""
    pages = Pages()
    source = ScrapedCounters(pages, pages.clock)
    first = await source.read(QUESTION)
    assert (NOW, None) == (first.through, first.interval)
    pages.count(15, (190, 1), (19, 3))
    asked = replace(QUESTION, since=NOW)
    lost = await source.read(asked)
    pages.count(1, (196, 1), (20, 3))
    again = await source.read(asked)
    assert lost.interval is not None
    assert again.interval is not None
    assert Counts(96, 0, (96, 96)) == again.interval.stable
    assert Counts(13, 3, (10, 13)) == again.interval.canary


async def test_after_a_restart_of_the_operator_counting_begins_anew() -> None:
    """What happened meanwhile is lost, not invented."""
    pages = Pages()
    found = await ScrapedCounters(pages, pages.clock).read(replace(QUESTION, since=NOW))
    assert found.interval is None
    assert "counting begins" == found.why


async def test_a_pod_that_started_again_voids_the_interval() -> None:
    """Its counters went back to zero."""
    pages = Pages()
    source = ScrapedCounters(pages, pages.clock)
    await source.read(QUESTION)
    pages.count(15, (190, 1), (2, 0))
    restarted = replace(PODS[1], identity="c-1.1")
    question = replace(QUESTION, since=NOW, pods=(PODS[0], restarted))
    found = await source.read(question)
    assert (None, pages.now) == (found.interval, found.through)


async def test_one_unreadable_pod_is_no_evidence_and_moves_no_anchor() -> None:
    """The interval ends when all pods can be read again."""
    pages = Pages()
    source = ScrapedCounters(pages, pages.clock)
    await source.read(QUESTION)
    pages.count(15, (190, 1), (19, 0))
    pages.down = "http://c"
    found = await source.read(replace(QUESTION, since=NOW))
    assert (None, None) == (found.through, found.interval)
    pages.down = ""
    found = await source.read(replace(QUESTION, since=NOW))
    assert found.interval is not None
    assert 9 == found.interval.canary.requests


async def test_pods_with_other_latency_buckets_cannot_be_compared() -> None:
    """Two server images, or two versions of the router: no evidence, and never a fault."""
    pages = Pages()
    pages.edges["http://c"] = "0.25"
    found = await ScrapedCounters(pages, pages.clock).read(QUESTION)
    assert (None, None) == (found.through, found.interval)
    assert "pod c-1 has other latency buckets" in found.why


async def test_without_pods_there_is_nothing_to_count() -> None:
    """And the reason says so."""
    found = await ScrapedCounters(Pages(), Pages().clock).read(replace(QUESTION, pods=()))
    assert "no pod to count at" == found.why
