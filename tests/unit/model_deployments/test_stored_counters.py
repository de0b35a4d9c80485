"""Counters read from Prometheus: raw samples with their own times."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from builders_serving import NOW

from trainyard.clients.prometheus import PrometheusFault, Series
from trainyard.model_deployments.analysis.evidence import Arms
from trainyard.model_deployments.analysis.samples import ROUTER
from trainyard.model_deployments.counters import CountedPod, CounterQuestion
from trainyard.model_deployments.stored_counters import LATE, StoredCounters, grouped_query

POD = CountedPod("router-1", "router-1.0", "")
QUESTION = CounterQuestion("team", "tumours", ROUTER, Arms("s", "c"), (POD,), since=NOW)


def at(seconds: float) -> datetime:
    """Return a time so long after the beginning."""
    return NOW + timedelta(seconds=seconds)


def series(
    revision: str, code: str, *samples: tuple[float, float], pod: str = "router-1"
) -> Series:
    """Return the answers of one class for one revision at one router."""
    labels = {
        "__name__": "envoy_cluster_upstream_rq_xx",
        "namespace": "team",
        "modeldeployment": "tumours",
        "pod": pod,
        "envoy_cluster_name": revision,
        "envoy_response_code_class": code,
    }
    return Series(labels, tuple((at(moment), value) for moment, value in samples))


class Stored:
    """A Prometheus that holds these series."""

    def __init__(self, *found: Series) -> None:
        self.found = found
        self.now = at(15) + LATE
        self.queries: list[str] = []

    def clock(self) -> datetime:
        """Return the time it is."""
        return self.now

    async def query(self, promql: str, at: datetime | None = None) -> tuple[Series, ...]:
        """See Prometheus.query."""
        self.queries.append(promql)
        if not self.found:
            raise PrometheusFault("connection refused")
        return self.found


GOOD = (
    series("s", "2", (-5, 100), (10, 190)),
    series("c", "2", (-5, 10), (10, 19)),
    series("c", "5", (-5, 0), (10, 2)),
)


async def test_an_interval_is_between_the_last_scrapes_up_to_both_ends() -> None:
    """Both versions at the same router have the same scrape times."""
    stored = Stored(*GOOD)
    found = await StoredCounters(stored, stored.clock).read(QUESTION)
    assert found.interval is not None
    assert (90, 0) == (found.interval.stable.requests, found.interval.stable.errors)
    assert (11, 2) == (found.interval.canary.requests, found.interval.canary.errors)
    assert at(15) == found.through


@pytest.mark.parametrize(
    ("found", "why"),
    [
        pytest.param((), "connection refused", id="Prometheus is down"),
        pytest.param((series("s", "2", (0, 1), pod="other"),), "no counters of", id="pod unknown"),
        pytest.param((series("s", "2", (-200, 1)),), "no fresh counters", id="stale samples"),
        pytest.param((series("s", "2", (-5, 1)),), "not scraped again yet", id="no new scrape"),
        pytest.param((series("s", "2", (10, 1)),), "at the beginning", id="no first end"),
        pytest.param(
            (series("s", "2", (-5, 9), (5, 2), (10, 30)),), "started again", id="a counter reset"
        ),
    ],
)
async def test_whatever_is_missing_is_no_evidence(found: tuple[Series, ...], why: str) -> None:
    """Each with the reason."""
    stored = Stored(*found)
    reading = await StoredCounters(stored, stored.clock).read(QUESTION)
    assert reading.interval is None
    assert why in reading.why


async def test_one_query_serves_all_rollouts_of_an_interval() -> None:
    """The second deployment that asks is in the next query, which then serves both."""
    stored = Stored(*GOOD)
    source = StoredCounters(stored, stored.clock)
    other = replace(QUESTION, deployment="churn")
    await source.read(QUESTION)
    await source.read(other)
    stored.now += timedelta(seconds=15)
    before = len(stored.queries)
    await source.read(QUESTION)
    await source.read(other)
    assert before + 1 == len(stored.queries)
    assert 'modeldeployment=~"churn|tumours"' in stored.queries[-1]


def test_the_query_asks_for_raw_counters_of_all_pairs() -> None:
    """A range selector, because sample times matter and increase() would guess."""
    query = grouped_query(ROUTER, [("b", "y"), ("a", "x")], 120)
    assert query.endswith('namespace=~"a|b",modeldeployment=~"x|y"}[120s]')
    assert "increase" not in query


async def test_a_look_long_ago_is_a_new_beginning() -> None:
    """An interval of hours would compare versions over different times."""
    stored = Stored(*GOOD)
    long_ago = replace(QUESTION, since=at(-7200))
    reading = await StoredCounters(stored, stored.clock).read(long_ago)
    assert (None, "counting begins") == (reading.interval, reading.why)
