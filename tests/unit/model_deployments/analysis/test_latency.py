"""The latency check, by simulation with fixed seeds."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from statistics import median

import pytest

from trainyard.model_deployments.analysis.evidence import Counts, Interval
from trainyard.model_deployments.analysis.latency import (
    Edge,
    LatencyEvidence,
    log_e_value,
    partners,
    unfolded,
    with_interval,
)
from trainyard.model_deployments.traffic.envoy_bootstrap import LATENCY_EDGES_MS

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


IN_MS = ("1", "2", "4", "+Inf")
FIRST = Interval(Counts(900, 0, (600, 800, 880, 900)), Counts(100, 0, (20, 50, 80, 100)), IN_MS)
SECOND = Interval(Counts(800, 0, (500, 700, 780, 800)), Counts(200, 0, (50, 90, 150, 200)), IN_MS)


def test_the_sums_are_those_of_the_formula() -> None:
    """Spelled out for each edge; the first interval says what to expect in the second."""
    evidence = with_interval(with_interval(LatencyEvidence(), FIRST, 2.0), SECOND, 2.0)
    assert (2, 300, 1700) == (evidence.intervals, evidence.canary, evidence.stable)
    slow = [((50, 300), (110, 300)), ((20, 100), (50, 100))]  # canary above 2 and 4, stable 1 and 2
    for edge, ((x_before, y_before), (x, y)) in zip(evidence.edges, slow, strict=True):
        p_c, p_s = (x_before + 0.5) / 101, (y_before + 0.5) / 901
        p_0 = (200 * p_c + 800 * p_s) / 1000
        gained = (
            x * math.log(p_c / p_0)
            + (200 - x) * math.log((1 - p_c) / (1 - p_0))
            + y * math.log(p_s / p_0)
            + (800 - y) * math.log((1 - p_s) / (1 - p_0))
        )
        assert p_c > p_s
        assert edge.log == pytest.approx(math.floor(gained * 1_000_000), abs=1)
        assert (x_before + x, y_before + y) == (edge.canary, edge.stable)
        squares = (x_before**2 / 100 + x**2 / 200, y_before**2 / 900 + y**2 / 800)
        found = (edge.canary_squares, edge.stable_squares)
        assert found == pytest.approx([1_000_000 * square for square in squares], abs=1)


def test_a_version_that_is_known_and_one_that_is_not_gain_nothing() -> None:
    """What to expect of the one that had no request is not known."""
    nobody = Counts(0, 0, (0, 0, 0, 0))
    assert LatencyEvidence() == with_interval(
        LatencyEvidence(), Interval(FIRST.stable, nobody, IN_MS), 2.0
    )
    half = LatencyEvidence(1, 0, 900, (Edge(), Edge()))
    assert [0, 0] == [edge.log for edge in with_interval(half, SECOND, 2.0).edges]


def test_only_where_the_canary_is_expected_to_be_slower_something_is_gained() -> None:
    """The other way round says nothing, however fast it is."""
    swapped = [
        Interval(interval.canary, interval.stable, interval.edges) for interval in (FIRST, SECOND)
    ]
    evidence = LatencyEvidence()
    for interval in swapped:
        evidence = with_interval(evidence, interval, 1.0)
    assert [0, 0, 0] == [edge.log for edge in evidence.edges]
    assert 0.0 == log_e_value(evidence) == log_e_value(LatencyEvidence())


def test_the_e_value_is_that_of_the_formula() -> None:
    """The mean over the edges, each divided by its own φ."""
    edges = (
        Edge(3_000_000, 40, 60, 9_000_000, 5_000_000),
        Edge(-1_000_000, 0, 60, 0, 5_000_000),
        Edge(2_000_000, 30, 50, 2_500_000, 2_520_000),
    )
    evidence = LatencyEvidence(3, 400, 1000, edges)
    logs = []
    for edge in edges:
        found = 2.0
        sums = ((edge.canary, 400, edge.canary_squares), (edge.stable, 1000, edge.stable_squares))
        for slow, requests, squares in sums:
            p = slow / requests
            if 0 < p < 1:
                found += max(0.0, (squares / 1_000_000 / p - slow) / (1 - p))
        logs.append(edge.log / 1_000_000 / max(1.0, found / 5))
    mean = sum(math.exp(log) for log in logs) / 3
    assert log_e_value(evidence) == pytest.approx(math.log(mean))


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param((), id="none"),
        pytest.param((0, 1, 2), id="less than a header"),
        pytest.param((1, 2, 3, 4, 5, 6, 7, 8), id="a row that is short"),
        pytest.param((1, 2, 3, 4, 5, 6, 7, 8, 9, 10), id="a number too many"),
    ],
)
def test_evidence_of_another_length_is_a_new_start(numbers: tuple[int, ...]) -> None:
    """A status of another operator says nothing here."""
    assert LatencyEvidence() == unfolded(numbers)
    assert LatencyEvidence(2, 3, 4, (Edge(5, 6, 7, 8, 9),)) == unfolded((1, 2, 3, 4, 5, 6, 7, 8, 9))
    assert LatencyEvidence(2, 3, 4) == unfolded((0, 2, 3, 4))


@pytest.mark.parametrize(
    ("stable", "canary"),
    [
        pytest.param(Counts(9, 0, (3, 9, 9)), Counts(0, 0, (0, 0, 0)), id="none to the canary"),
        pytest.param(Counts(0, 0, (0, 0, 0)), Counts(9, 0, (3, 9, 9)), id="none to the stable one"),
        pytest.param(Counts(9, 0, ()), Counts(9, 0, (3, 9, 9)), id="one shows no latency"),
    ],
)
def test_a_version_without_requests_is_no_evidence(stable: Counts, canary: Counts) -> None:
    """An interval in which one version got nothing changes nothing."""
    interval = Interval(stable, canary, ("1", "2", "+Inf"))
    assert LatencyEvidence() == with_interval(LatencyEvidence(), interval, 1.2)
