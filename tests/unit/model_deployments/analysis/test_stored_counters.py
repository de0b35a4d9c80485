"""Counters read from Prometheus: raw samples with their own times."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from builders_serving import NOW
from counted_pods import CANARY, READER, CountedPods

from trainyard.model_deployments.analysis.counter_source import (
    CountersUnreadable,
    CounterWindow,
    PodCounters,
)
from trainyard.model_deployments.analysis.evidence import Counts
from trainyard.model_deployments.analysis.samples import PodCounts
from trainyard.model_deployments.analysis.stored_counters import StoredCounters, counter_query


def window(since: datetime | None = NOW) -> CounterWindow[PodCounts]:
    """Return a question about one pod from the beginning until 15 s later."""
    until = NOW + timedelta(seconds=15)
    return CounterWindow("team", "tumours", READER, (CANARY,), since, until)


def scraped(*times: tuple[int, int, int]) -> CountedPods:
    """Return pods whose canary was scraped at these seconds with so many good and bad answers."""
    pods = CountedPods()
    for seconds, good, bad in times:
        pods.now = NOW
        pods.count(seconds, (0, 0), (good, bad))
        pods.scrape("c-1")
    return pods


async def read(pods: CountedPods, since: datetime | None = NOW) -> PodCounters[PodCounts] | None:
    """Return what Prometheus knows of the canary."""
    return (await StoredCounters(pods).read(window(since))).get("c-1")


async def test_the_ends_are_the_last_scrapes_up_to_both_moments() -> None:
    """All series of a pod have the same sample times."""
    found = await read(scraped((-20, 5, 0), (-5, 10, 0), (10, 19, 2), (16, 99, 9)))
    assert found is not None
    assert found.before is not None
    assert {"c": Counts(10, 0, (10, 10))} == found.before.counts
    assert {"c": Counts(21, 2, (19, 21))} == found.after.counts


@pytest.mark.parametrize(
    "pods",
    [
        pytest.param(CountedPods(), id="a pod that was never scraped"),
        pytest.param(scraped((-200, 1, 0)), id="one that is not scraped any more"),
        pytest.param(scraped((16, 1, 0)), id="one that is scraped since a moment ago"),
    ],
)
async def test_a_pod_without_fresh_samples_is_unknown(pods: CountedPods) -> None:
    """Somebody else may know it."""
    assert await read(pods) is None


@pytest.mark.parametrize(
    ("pods", "since", "why"),
    [
        pytest.param(scraped((-5, 1, 0), (9, 2, 0)), None, "counting begins", id="the first look"),
        pytest.param(scraped((10, 1, 0)), NOW, "not counted at the beginning", id="a new pod"),
        pytest.param(
            scraped((-5, 9, 0), (5, 2, 0), (10, 30, 0)), NOW, "started again", id="a counter reset"
        ),
    ],
)
async def test_a_missing_beginning_has_a_reason(
    pods: CountedPods, since: datetime | None, why: str
) -> None:
    """And the end is known."""
    found = await read(pods, since)
    assert found is not None
    assert (None, True) == (found.before, why in found.why)
    assert found.after.counts


async def test_what_was_not_scraped_yet_is_in_the_next_interval() -> None:
    """Both ends are the same scrape."""
    found = await read(scraped((-5, 1, 0)))
    assert found is not None
    assert found.before == found.after


async def test_a_prometheus_that_is_down_is_named() -> None:
    """With its own words."""
    with pytest.raises(CountersUnreadable, match="Prometheus: connection refused"):
        await read(CountedPods(prometheus_is_down=True))


def test_the_query_asks_for_raw_counters_of_one_deployment() -> None:
    """A range selector, because sample times matter and increase() would guess."""
    metrics = "trainyard_requests_total|trainyard_request_seconds_bucket"
    place = 'namespace="team",modeldeployment="tumours"'
    assert f'{{__name__=~"{metrics}",{place}}}[106s]' == counter_query(window())
