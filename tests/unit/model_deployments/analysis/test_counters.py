"""What both versions did since the last look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from builders_serving import NOW
from counted_pods import CANARY, STABLE, CountedPods

from trainyard.model_deployments.analysis.counters import LATE, CounterQuestion, RolloutCounters
from trainyard.model_deployments.analysis.evidence import Arms, Counts, Reading
from trainyard.model_deployments.analysis.samples import SERVER
from trainyard.model_deployments.analysis.scraped_counters import ScrapedCounters
from trainyard.model_deployments.analysis.stored_counters import StoredCounters

PODS = (STABLE, CANARY)
QUESTION = CounterQuestion("team", "tumours", SERVER, Arms("s", "c"), PODS, since=None)


def alone(pods: CountedPods) -> RolloutCounters:
    """Return an operator that knows no Prometheus."""
    return RolloutCounters(ScrapedCounters(pods), None, pods.clock)


def beside(pods: CountedPods) -> RolloutCounters:
    """Return an operator that was installed with a Prometheus."""
    return RolloutCounters(ScrapedCounters(pods), StoredCounters(pods), pods.clock)


def since(reading: Reading | datetime) -> CounterQuestion:
    """Return the next question after a reading."""
    moment = reading.observed_until if isinstance(reading, Reading) else reading
    return replace(QUESTION, since=moment)


async def test_an_interval_is_what_came_since_the_last_look_on_record() -> None:
    """The anchor is in the question, so a reading that was not recorded is counted once."""
    pods = CountedPods()
    source = alone(pods)
    first = await source.read(QUESTION)
    assert (NOW, None, "counting begins") == (first.observed_until, first.interval, first.why)
    pods.count(15, (190, 1), (19, 3))
    lost = await source.read(since(first))
    pods.count(1, (196, 1), (20, 3))
    again = await source.read(since(first))
    assert lost.interval is not None
    assert again.interval is not None
    assert Counts(96, 0, (96, 96)) == again.interval.stable
    assert Counts(13, 3, (10, 13)) == again.interval.canary


@pytest.mark.parametrize("operator", [alone, beside], ids=["no Prometheus", "an unaware one"])
async def test_a_restart_of_the_operator_loses_no_interval(
    operator: Callable[[CountedPods], RolloutCounters],
) -> None:
    """Where counters stood is on record beside the time; the memory of the process is gone."""
    pods = CountedPods()
    first = await operator(pods).read(QUESTION)
    total = Counts()
    for number in range(1, 4):
        pods.count(5, (100 + 90 * number, 1), (10 + 9 * number, 0))
        pods.scrape("s-1", "c-1")
        asked = replace(since(first), anchor=first.anchor)
        first = await operator(pods).read(asked)
        assert first.interval is not None
        total += first.interval.canary
    assert Counts(27, 0, (27, 27)) == total


async def test_a_restart_beside_a_new_pod_begins_anew() -> None:
    """What happened meanwhile is lost, not invented."""
    pods = CountedPods()
    first = await alone(pods).read(replace(QUESTION, pods=(STABLE,)))
    pods.now += timedelta(seconds=15)
    found = await alone(pods).read(replace(since(first), anchor=first.anchor))
    assert (pods.now, None, "counting begins") == (
        found.observed_until,
        found.interval,
        found.why,
    )


async def test_with_prometheus_a_restart_of_the_operator_loses_nothing() -> None:
    """The same question has the same answer."""
    pods = CountedPods()
    pods.scrape("s-1", "c-1")
    pods.now += timedelta(seconds=3)
    first = await beside(pods).read(QUESTION)
    pods.count(10, (190, 1), (19, 0))
    pods.scrape("s-1", "c-1")
    pods.now += timedelta(seconds=3)
    found = await beside(pods).read(since(first))
    assert found.interval is not None
    assert (90, 9) == (found.interval.stable.requests, found.interval.canary.requests)
    assert ("", pods.now - LATE, None) == (found.why, found.observed_until, found.anchor)
    assert [] == pods.asked


async def test_a_prometheus_that_scrapes_no_pod_of_ours_costs_a_note() -> None:
    """As where it looks after other namespaces only: the rollout goes on all the same."""
    pods = CountedPods()
    source = beside(pods)
    first = await source.read(QUESTION)
    assert "counting begins; counted at pod s-1 and 1 more, unknown to Prometheus" == first.why
    pods.count(15, (190, 1), (19, 0))
    found = await source.read(since(first))
    assert found.interval is not None
    assert (90, 9) == (found.interval.stable.requests, found.interval.canary.requests)
    assert "counted at pod s-1 and 1 more, unknown to Prometheus" == found.why


async def test_where_prometheus_has_too_much_the_pods_are_asked() -> None:
    """Many series of one deployment hold up neither it nor another."""
    pods = CountedPods(too_many_series=True)
    source = beside(pods)
    pods.scrape("s-1", "c-1")
    first = await source.read(QUESTION)
    pods.count(15, (190, 1), (19, 0))
    pods.scrape("s-1", "c-1")
    found = await source.read(since(first))
    assert found.interval is not None
    assert (90, 9) == (found.interval.stable.requests, found.interval.canary.requests)


async def test_each_pod_is_counted_where_it_is_known() -> None:
    """Here only the stable version's pods are scraped."""
    pods = CountedPods()
    source = beside(pods)
    pods.scrape("s-1")
    pods.now += timedelta(seconds=3)
    first = await source.read(QUESTION)
    pods.count(15, (190, 1), (19, 0))
    pods.scrape("s-1")
    pods.now += timedelta(seconds=3)
    found = await source.read(since(first))
    assert found.interval is not None
    assert (90, 9) == (found.interval.stable.requests, found.interval.canary.requests)
    assert "counted at pod c-1, unknown to Prometheus" == found.why
    assert ["c-1", "c-1"] == pods.asked


async def test_a_pod_stays_with_its_source_when_prometheus_begins_to_scrape_it() -> None:
    """The end of an interval is read where its beginning was, so nothing is counted twice."""
    pods = CountedPods()
    source = beside(pods)
    pods.count(0, (100, 0), (10, 0))
    reading = await source.read(QUESTION)
    total = 0
    for number in range(1, 5):
        pods.count(15, (100 + 90 * number, 0), (10 + 9 * number, 0))
        reading = await source.read(since(reading))
        assert reading.interval is not None
        total += reading.interval.canary.requests
        pods.now += timedelta(seconds=1)
        pods.scrape("s-1", "c-1")
    assert 36 == total


async def test_a_pod_that_prometheus_lost_is_counted_anew() -> None:
    """Its interval without an end is given up."""
    pods = CountedPods()
    source = beside(pods)
    pods.scrape("s-1", "c-1")
    pods.now += timedelta(seconds=3)
    first = await source.read(QUESTION)
    pods.count(120, (190, 1), (19, 0))
    pods.scrape("s-1")
    pods.now += timedelta(seconds=3)
    given_up = await source.read(since(first))
    assert (pods.now - LATE, None) == (given_up.observed_until, given_up.interval)
    pods.count(15, (280, 1), (28, 0))
    pods.scrape("s-1")
    pods.now += timedelta(seconds=3)
    found = await source.read(since(given_up))
    assert found.interval is not None
    assert (90, 9) == (found.interval.stable.requests, found.interval.canary.requests)


async def test_an_unreachable_prometheus_is_no_evidence_and_moves_no_anchor() -> None:
    """It may know all pods; when it is back, the interval is longer."""
    pods = CountedPods(prometheus_is_down=True)
    found = await beside(pods).read(since(NOW))
    assert Reading(None, None, "Prometheus: connection refused") == found
    assert [] == pods.asked


async def test_a_pod_that_started_again_voids_the_interval() -> None:
    """Its counters went back to zero."""
    pods = CountedPods()
    source = alone(pods)
    first = await source.read(QUESTION)
    pods.count(15, (190, 1), (2, 0))
    restarted = replace(since(first), pods=(STABLE, replace(CANARY, identity="c-1.1")))
    found = await source.read(restarted)
    assert (None, "pod c-1 started again") == (found.interval, found.why)


async def test_one_unreadable_pod_is_no_evidence_and_moves_no_anchor() -> None:
    """The interval ends when all pods can be read again."""
    pods = CountedPods()
    source = alone(pods)
    first = await source.read(QUESTION)
    pods.count(15, (190, 1), (19, 0))
    pods.down = "c-1"
    found = await source.read(since(first))
    assert (None, None) == (found.observed_until, found.interval)
    pods.down = ""
    found = await source.read(since(first))
    assert found.interval is not None
    assert 9 == found.interval.canary.requests


async def test_pods_with_other_latency_buckets_cannot_be_compared() -> None:
    """Two server images, or two versions of the router: no evidence, and never a fault."""
    pods = CountedPods()
    source = alone(pods)
    first = await source.read(QUESTION)
    pods.edges["c-1"] = "0.25"
    found = await source.read(since(first))
    assert (None, None) == (found.observed_until, found.interval)
    assert "pod c-1 has other latency buckets" in found.why


async def test_a_look_long_ago_is_a_new_beginning() -> None:
    """An interval of hours would compare versions over different times."""
    pods = CountedPods()
    source = alone(pods)
    first = await source.read(QUESTION)
    pods.now += timedelta(hours=1)
    found = await source.read(since(first))
    assert (pods.now, "counting begins") == (found.observed_until, found.why)


async def test_without_pods_there_is_nothing_to_count() -> None:
    """And the reason says so."""
    found = await alone(CountedPods()).read(replace(QUESTION, pods=()))
    assert "no pod to count at" == found.why
