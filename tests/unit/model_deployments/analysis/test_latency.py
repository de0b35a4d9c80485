"""The latency check, by simulation with fixed seeds."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from statistics import median

import pytest

from trainyard.model_deployments.analysis.evidence import Counts, Interval
from trainyard.model_deployments.analysis.latency import (
    LatencyEvidence,
    log_e_value,
    partners,
    unfolded,
    with_interval,
)
from trainyard.model_deployments.traffic.envoy import LATENCY_EDGES_MS

ALPHA = 0.01
INTERVAL = 15
STABLE, CANARY = 900, 100
EDGES = (*(str(edge) for edge in LATENCY_EDGES_MS), "+Inf")
Slower = Callable[[float], float]


def edge_shares(slower: Slower, moment: float) -> list[float]:
    """Return the share within each edge of a log-normal with median 40 ms, times `moment`."""
    return [
        0.5 * (1 + math.erf(math.log(slower(float(edge)) / (40 * moment)) / 0.5 / math.sqrt(2)))
        for edge in LATENCY_EDGES_MS
    ]


def counts(chance: random.Random, requests: int, shares: list[float]) -> Counts:
    """Return one draw: how many of the requests were within each edge."""
    inside = []
    known, before = 0, 0.0
    for share in shares:
        left = requests - known
        p = 0.0 if before >= 1 else min(1.0, max(0.0, (share - before) / (1 - before)))
        mean, spread = left * p, math.sqrt(left * p * (1 - p))
        known += min(left, max(0, round(chance.gauss(mean, spread))))
        before = share
        inside.append(known)
    return Counts(requests, 0, (*inside, requests))


def alarm(slower: Slower, seed: int, outage: range = range(0)) -> int | None:
    """Return after how many seconds the version is rolled back within 15 minutes, or None."""
    chance, evidence = random.Random(seed), LatencyEvidence()
    for begin in range(0, 900, INTERVAL):
        moment = 4.0 if begin in outage else 1.0
        interval = Interval(
            stable=counts(chance, STABLE * INTERVAL // 10, edge_shares(lambda e: e, moment)),
            canary=counts(chance, CANARY * INTERVAL // 10, edge_shares(slower, moment)),
            edges=EDGES,
        )
        evidence = with_interval(evidence, interval, 1.2)
        if log_e_value(evidence) >= math.log(1 / ALPHA):
            return begin + INTERVAL
    return None


@pytest.mark.parametrize(
    ("slower", "outage"),
    [
        pytest.param(lambda edge: edge, range(0), id="as fast as the stable version"),
        pytest.param(lambda edge: edge / 1.15, range(0), id="15 percent slower, within tolerance"),
        pytest.param(lambda edge: edge, range(300, 540), id="both four times slower for minutes"),
    ],
)
def test_a_version_within_the_tolerance_is_not_rolled_back(slower: Slower, outage: range) -> None:
    """Of 25 rollouts, none."""
    assert [None] * 25 == [alarm(slower, seed, outage) for seed in range(25)]


@pytest.mark.parametrize(
    ("slower", "seconds"),
    [
        pytest.param(lambda edge: edge / 2, 45, id="twice as slow"),
        pytest.param(lambda edge: edge / 1.5, 60, id="half as slow again"),
    ],
)
def test_a_slow_version_is_found_soon(slower: Slower, seconds: int) -> None:
    """In every rollout, and the median in time."""
    found = [alarm(slower, seed) for seed in range(10)]
    times = [seconds for seconds in found if seconds is not None]
    assert len(times) == 10
    assert median(times) <= seconds


def test_partners_are_a_tolerance_apart() -> None:
    """The stable version's edge is the largest that is lower by the tolerance."""
    assert ((1, 0), (2, 1)) == partners(("1", "1.25", "1.6", "+Inf"), 1.2)
    assert ((0, 0), (1, 1)) == partners(("1", "2", "+Inf"), 1.0)


def test_the_first_interval_only_teaches() -> None:
    """Plug-ins come from earlier intervals, so one interval alone says nothing."""
    interval = Interval(
        Counts(100, 0, (100, 100, 100)), Counts(100, 0, (0, 0, 100)), ("1", "2", "+Inf")
    )
    assert with_interval(LatencyEvidence(), interval, 1.2).edges[0].log == 0


def test_folding_keeps_everything_and_fits_the_status() -> None:
    """What is written into the status is what is read from it, within 400 numbers."""
    chance = random.Random(1)
    shares = edge_shares(lambda e: e, 1.0)
    interval = Interval(counts(chance, 900, shares), counts(chance, 100, shares), EDGES)
    evidence = with_interval(LatencyEvidence(), interval, 1.2)
    assert evidence == unfolded(evidence.folded())
    assert len(evidence.folded()) <= 400
    assert LatencyEvidence() == unfolded((7, 1))


def test_other_buckets_are_a_new_start() -> None:
    """Evidence of other edges cannot be added to."""
    wide = Interval(Counts(9, 0, (3, 9, 9)), Counts(9, 0, (3, 9, 9)), ("1", "2", "+Inf"))
    narrow = Interval(Counts(9, 0, (3, 9)), Counts(9, 0, (3, 9)), ("2", "+Inf"))
    evidence = with_interval(with_interval(LatencyEvidence(), wide, 1.0), narrow, 1.0)
    assert 1 == evidence.intervals
