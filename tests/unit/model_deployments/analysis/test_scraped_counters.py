"""Counters from the pods' own pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from counted_pods import CANARY, READER, STABLE, CountedPods

from trainyard.model_deployments.analysis.counter_source import (
    CountedPod,
    CountersUnreadable,
    CounterWindow,
    PodCounters,
)
from trainyard.model_deployments.analysis.evidence import Counts
from trainyard.model_deployments.analysis.samples import PodCounts
from trainyard.model_deployments.analysis.scraped_counters import PAGES_KEPT, ScrapedCounters


async def read(
    source: ScrapedCounters, pods: CountedPods, since: datetime | None, pod: CountedPod = CANARY
) -> PodCounters[PodCounts]:
    """Return what the source knows of one pod from then until now."""
    asked = CounterWindow("team", "tumours", READER, (pod,), since, pods.now)
    return (await source.read(asked))[pod.name]


async def test_the_page_read_up_to_a_moment_is_the_beginning_of_what_comes_after() -> None:
    """Both ends are what the reader made of the page."""
    pods = CountedPods()
    source, began = ScrapedCounters(pods), pods.now
    first = await read(source, pods, None)
    assert (None, "counting begins") == (first.before, first.why)
    pods.count(15, (190, 1), (19, 3))
    found = await read(source, pods, began)
    assert first.after == found.before
    assert {"c": Counts(22, 3, (19, 22))} == found.after.counts


async def test_a_process_that_started_again_has_no_beginning() -> None:
    """Its counters went back to zero."""
    pods = CountedPods()
    source, began = ScrapedCounters(pods), pods.now
    await read(source, pods, None)
    pods.count(15, (190, 1), (2, 0))
    found = await read(source, pods, began, replace(CANARY, identity="c-1.1"))
    assert (None, "pod c-1 started again") == (found.before, found.why)


async def test_the_beginning_is_kept_however_often_the_end_is_read() -> None:
    """A service without requests moves no anchor for a while."""
    pods = CountedPods()
    source, began = ScrapedCounters(pods), pods.now
    await read(source, pods, None)
    for _ in range(3 * PAGES_KEPT):
        pods.now += timedelta(seconds=15)
        assert (await read(source, pods, began)).before is not None


async def test_pods_that_are_gone_are_forgotten() -> None:
    """After two hours."""
    pods = CountedPods()
    source, began = ScrapedCounters(pods), pods.now
    await read(source, pods, None)
    pods.now += timedelta(hours=3)
    await read(source, pods, None, STABLE)
    assert (await read(source, pods, began)).before is None


async def test_a_pod_that_does_not_answer_is_named() -> None:
    """Its counters may be read later."""
    pods = CountedPods(down="c-1")
    with pytest.raises(CountersUnreadable, match="http://c-1: refused"):
        await read(ScrapedCounters(pods), pods, None)
