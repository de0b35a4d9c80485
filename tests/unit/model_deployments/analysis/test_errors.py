"""The error check, by simulation with fixed seeds: how often a healthy version is rolled back,
and how soon a bad one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import pytest

from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.errors import (
    ErrorEvidence,
    log_e_value,
    log_mean_exp,
    unfolded,
    with_interval,
)
from trainyard.model_deployments.analysis.evidence import Counts, Interval

ALPHA = 0.01
INTERVAL = 15
TOLERANCE = 1.1
REPEATS = 300
UNKNOWN = ErrorEvidence()


@dataclass(frozen=True, slots=True)
class Traffic:
    """An hour of requests at both versions."""

    base: float
    """Share of failures of the stable version."""
    ratio: float = 1.0
    """How many times as often the canary fails."""
    per_second: float = 100
    canary: float = 0.1
    burst: float = 1.0
    """Variance of the failures over their mean."""
    outage: tuple[int, int] | None = None
    """Seconds between which both versions fail 5 % of their requests."""
    daily: float = 0.0
    """How much the share of failures swings, in one period per hour."""

    def intervals(self, chance: random.Random, seconds: int = 3600) -> Iterator[Interval]:
        """Give what both versions did in each interval."""
        for begin in range(0, seconds, INTERVAL):
            share = self.base * (1 + self.daily * math.sin(begin / 3600 * 2 * math.pi))
            if self.outage and self.outage[0] <= begin < self.outage[1]:
                share = 0.05
            yield Interval(
                stable=self._counts(chance, 1 - self.canary, share),
                canary=self._counts(chance, self.canary, min(1.0, share * self.ratio)),
                edges=(),
            )

    def _counts(self, chance: random.Random, part: float, share: float) -> Counts:
        requests = poisson(chance, self.per_second * part * INTERVAL)
        mean = requests * share
        if self.burst > 1 and mean:
            mean = chance.gammavariate(mean / (self.burst - 1), self.burst - 1)
        return Counts(requests, min(requests, poisson(chance, mean)))


def poisson(chance: random.Random, mean: float) -> int:
    """Return a Poisson number; the normal approximation where it is large."""
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def alarm(traffic: Traffic, seed: int, known: ErrorEvidence = UNKNOWN) -> int | None:
    """Return after how many seconds the version is rolled back, or None."""
    chance, evidence = random.Random(seed), ErrorEvidence()
    for number, interval in enumerate(traffic.intervals(chance), start=1):
        evidence = with_interval(evidence, interval, TOLERANCE)
        if log_e_value(evidence, known.stable, known.split) >= math.log(1 / ALPHA):
            return number * INTERVAL
    return None


def alarms(traffic: Traffic, known: ErrorEvidence = UNKNOWN, repeats: int = 100) -> list[int]:
    """Return the times of all roll-backs."""
    found = (alarm(traffic, seed, known) for seed in range(repeats))
    return [seconds for seconds in found if seconds is not None]


def learnt(traffic: Traffic, seed: int = 99) -> ErrorEvidence:
    """Return what an hour of two versions teaches about bursts."""
    found = ErrorEvidence()
    for interval in traffic.intervals(random.Random(seed)):
        found = with_interval(found, interval, TOLERANCE)
    return found


@pytest.mark.parametrize(
    ("traffic", "repeats"),
    [
        pytest.param(Traffic(0.002), 100, id="quiet"),
        pytest.param(Traffic(0.008), 60, id="near the one percent line of other tools"),
        pytest.param(Traffic(0.002, outage=(1500, 1860)), 100, id="an outage of both, 6 minutes"),
        pytest.param(Traffic(0.005, daily=0.8), 60, id="a daily cycle"),
        pytest.param(Traffic(0.005, burst=5), 300, id="failures in bursts, nothing known before"),
        pytest.param(Traffic(0.005, per_second=5), 100, id="five requests a second"),
    ],
)
def test_a_healthy_version_is_rolled_back_no_more_often_than_promised(
    traffic: Traffic, repeats: int
) -> None:
    """At most α and two standard errors, whenever one looks within the hour."""
    bar = ALPHA + 2 * math.sqrt(ALPHA * (1 - ALPHA) / repeats)
    assert len(alarms(traffic, repeats=repeats)) / repeats <= bar


@pytest.mark.parametrize(
    ("traffic", "seconds"),
    [
        pytest.param(Traffic(0.002, ratio=10), 30, id="ten times the failures within 30 s"),
        pytest.param(Traffic(0.002, ratio=5), 100, id="five times within 100 s"),
        pytest.param(Traffic(0.002, ratio=3), 320, id="three times within 320 s"),
        pytest.param(Traffic(0.002, ratio=500), 15, id="all requests fail: the first interval"),
    ],
)
def test_a_bad_version_is_found_soon(traffic: Traffic, seconds: int) -> None:
    """Always within the hour; the median in time, with what earlier rollouts taught."""
    found = alarms(traffic, known=learnt(Traffic(traffic.base)), repeats=REPEATS)
    assert len(found) == REPEATS
    assert median(found) <= seconds


SIX_MINUTES = (1500, 1860)


def test_an_outage_of_both_before_hides_no_bad_version() -> None:
    """It says nothing of how failures divide, and no more does one in the rollout itself."""
    known = learnt(Traffic(0.002, outage=SIX_MINUTES))
    found = alarms(Traffic(0.002, ratio=10), known)
    assert (100, True) == (len(found), median(found) <= 60)
    found = alarms(Traffic(0.002, ratio=3, outage=(0, 360)))
    assert (100, True) == (len(found), median(found) <= 360)


@pytest.mark.parametrize(
    "traffic",
    [
        pytest.param(Traffic(0.005, burst=5), id="bursts"),
        pytest.param(Traffic(0.005, burst=5, outage=SIX_MINUTES), id="bursts and an outage"),
        pytest.param(Traffic(0.002, outage=SIX_MINUTES), id="an outage alone"),
    ],
)
def test_what_was_learnt_keeps_the_promise_too(traffic: Traffic) -> None:
    """As many healthy versions are rolled back at most, with an hour of experience."""
    repeats = 200
    bar = ALPHA + 2 * math.sqrt(ALPHA * (1 - ALPHA) / repeats)
    assert len(alarms(traffic, learnt(traffic), repeats)) / repeats <= bar


def test_without_experience_it_takes_two_intervals_more_at_most() -> None:
    """The first rollout ever has no history of bursts and is a little more careful."""
    found = alarms(Traffic(0.002, ratio=10), repeats=REPEATS)
    assert len(found) == REPEATS
    assert median(found) <= 60


def test_folding_keeps_everything() -> None:
    """What is written into the status is what is read from it."""
    evidence = with_interval(
        ErrorEvidence(), Interval(Counts(900, 3), Counts(100, 4), ()), TOLERANCE
    )
    assert evidence == unfolded(evidence.folded())
    assert ErrorEvidence() == unfolded((1, 2, 3))


def test_a_version_without_requests_is_no_evidence() -> None:
    """An interval in which one version got nothing changes nothing."""
    interval = Interval(Counts(900, 30), Counts(0, 0), ())
    assert ErrorEvidence() == with_interval(ErrorEvidence(), interval, TOLERANCE)


def test_fewer_failures_are_evidence_for_the_version() -> None:
    """Ln E falls below zero where the canary fails less often."""
    evidence = ErrorEvidence()
    for _ in range(20):
        evidence = with_interval(evidence, Interval(Counts(900, 9), Counts(100, 0), ()), TOLERANCE)
    assert log_e_value(evidence) < 0


ONE = Interval(Counts(900, 3), Counts(100, 4), ())
TWO = Interval(Counts(1700, 1), Counts(300, 2), ())


def test_the_sums_are_those_of_the_formula() -> None:
    """Spelled out for each ratio: interval by interval, rounded down to millionths."""
    evidence = with_interval(with_interval(ErrorEvidence(), ONE, 1.1), TWO, 1.1)
    logs = []
    for ratio in (1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0):
        millionths = 0
        for s, x, y in ((100 / 1000, 4, 3), (300 / 2000, 2, 1)):
            w = s * 1.1 / (s * 1.1 + 1 - s)
            q = s * 1.1 * ratio / (s * 1.1 * ratio + 1 - s)
            gained = x * math.log(q / w) + y * math.log((1 - q) / (1 - w))
            millionths += math.floor(gained * 1_000_000)
        logs.append(millionths)
    assert evidence.logs == pytest.approx(logs, abs=1)
    assert evidence.stable == Spread(2, 2600, 4, 10_588)
    assert evidence.canary == Spread(2, 400, 6, 173_333)
    assert evidence.split == Spread(2, 10, 6, 3_619_047)


def test_the_e_value_is_that_of_the_formula() -> None:
    """The weighted mean, each log divided by the smaller φ, for which four is assumed at first."""
    evidence = with_interval(with_interval(ErrorEvidence(), ONE, 1.1), TWO, 1.1)
    stable, canary = 0.010588 / (4 / 2600) - 4, 0.173333 / (6 / 400) - 6
    split = (3.619047 / 0.6 - 6) / 0.4
    tempering = 1 + 2.5 * ((split + 4) / 2 - 1)
    assert tempering < (stable + canary + 4) / 3
    weights = (1, 1, 2, 3, 4, 4, 3)
    mean = sum(
        weight * math.exp(log / 1_000_000 / tempering)
        for weight, log in zip(weights, evidence.logs, strict=True)
    )
    assert log_e_value(evidence) == pytest.approx(math.log(mean / 18), rel=1e-4)
    known = Spread(401, 360_000, 800, 3_555_556)
    tempering = (stable + canary + 800 + 4) / 403
    assert tempering > 1
    mean = sum(
        weight * math.exp(log / 1_000_000 / tempering)
        for weight, log in zip(weights, evidence.logs, strict=True)
    )
    assert log_e_value(evidence, known) == pytest.approx(math.log(mean / 18), rel=1e-4)


@pytest.mark.parametrize(
    ("logs", "weights", "mean"),
    [
        pytest.param((0.0, math.log(3)), (), 2.0, id="all the same"),
        pytest.param((0.0, math.log(3)), (1, 3), 2.5, id="weighted"),
        pytest.param((0.0, 0.0, 0.0), (), 1.0, id="nothing"),
    ],
)
def test_a_mean_is_taken_of_what_the_logarithms_stand_for(
    logs: tuple[float, ...], weights: tuple[int, ...], mean: float
) -> None:
    """Also where one of them is too large for a number."""
    assert log_mean_exp(logs, weights) == pytest.approx(math.log(mean))
    shifted = [log + 5000 for log in logs]
    assert log_mean_exp(shifted, weights) == pytest.approx(math.log(mean) + 5000)


def test_evidence_of_another_length_is_a_new_start() -> None:
    """Neither too short nor too long."""
    numbers = with_interval(ErrorEvidence(), ONE, 1.1).folded()
    assert 19 == len(numbers)
    assert ErrorEvidence() == unfolded(numbers[:-1]) == unfolded((*numbers, 0))
    other = Interval(Counts(0, 0), Counts(100, 4), ())
    assert ErrorEvidence() == with_interval(ErrorEvidence(), other, 1.1)
