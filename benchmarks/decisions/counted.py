"""What do the counters of both versions show of a scenario, look by look?

Where a scenario is about failures, answer times are left out: the check `latency` keeps its half of
the declared false alarms and has nothing to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from benchmarks.decisions.scenarios import Scenario, Seconds
from trainyard.model_deployments.analysis.evidence import Counts, Interval
from trainyard.model_deployments.traffic.envoy_bootstrap import LATENCY_EDGES_MS

LOOK_SECONDS = 15
HOUR = 3600
LOOKS = HOUR // LOOK_SECONDS
EDGES = (*(str(edge) for edge in LATENCY_EDGES_MS), "+Inf")
MEDIAN_MS, SPREAD = 40, 0.5
"""Answer times are log-normal."""
SLOW_TAIL, SLOW_OF_BOTH = 10, 4

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counted:
    """What one version did: of each rollout, in each look."""

    requests: Numbers
    """Rollouts × looks."""
    errors: Numbers
    within: Numbers
    """Rollouts × looks × edges: how many were answered within each of EDGES; or no edges."""


@dataclass(frozen=True, slots=True)
class Rollouts:
    """The counters of many rollouts of one scenario."""

    stable: Counted
    canary: Counted

    def __len__(self) -> int:
        """How many rollouts there are."""
        return len(self.canary.requests)

    def intervals(self, number: int) -> Iterator[Interval]:
        """The looks of one rollout, as the operator reads them."""
        pair = self.stable, self.canary
        for look in range(self.canary.requests.shape[1]):
            stable, canary = (
                Counts(
                    int(one.requests[number, look]),
                    int(one.errors[number, look]),
                    tuple(one.within[number, look].tolist()),
                )
                for one in pair
            )
            yield Interval(stable, canary, EDGES if stable.within else ())


def rollouts(scenario: Scenario, count: int, seed: int, seconds: int = HOUR) -> Rollouts:
    """So many rollouts of the scenario; the same seed gives the same counters."""
    random = np.random.default_rng(seed)
    share, looks = scenario.canary_percent / 100, seconds // LOOK_SECONDS
    stable = _counted(random, scenario.twin(), 1 - share, (count, looks))
    canary = _counted(random, scenario, share, (count, looks))
    return Rollouts(stable, canary)


def _counted(
    random: np.random.Generator, scenario: Scenario, share: float, shape: tuple[int, int]
) -> Counted:
    requests = random.poisson(scenario.per_second * share * LOOK_SECONDS, shape)
    failing = np.minimum(1, _failing(scenario, shape[1]))
    errors = random.binomial(requests, failing)
    if scenario.burst > 1:
        means = random.gamma(requests * failing / (scenario.burst - 1), scenario.burst - 1)
        errors = np.minimum(requests, random.poisson(means))
    return Counted(requests, errors, _within(random, scenario, requests))


def _failing(scenario: Scenario, looks: int) -> NDArray[np.float64]:
    """The share of requests that fail, by look."""
    begins = np.arange(looks) * LOOK_SECONDS
    base = scenario.base * (1 + scenario.daily * np.sin(2 * np.pi * begins / HOUR))
    if scenario.outage is not None:
        base = np.where(_during(scenario.outage, begins), 0.05, base)
    return np.asarray(base * scenario.ratio)


def _within(random: np.random.Generator, scenario: Scenario, requests: Numbers) -> Numbers:
    if not scenario.timed:
        return np.zeros((*requests.shape, 0), dtype=np.int64)
    begins = np.arange(requests.shape[1]) * LOOK_SECONDS
    slow = _during(scenario.both_slow, begins)
    chances = [_chances(scenario, factor) for factor in (1, SLOW_OF_BOTH)]
    found = random.multinomial(requests, chances[0])
    if slow.any():
        found[:, slow] = random.multinomial(requests[:, slow], chances[1])
    return np.asarray(np.cumsum(found, axis=2))


def _chances(scenario: Scenario, factor: float) -> list[float]:
    """The chance of each bucket between two edges."""
    usual = _below(MEDIAN_MS * factor * scenario.slower)
    tail = _below(MEDIAN_MS * factor * scenario.slower * SLOW_TAIL)
    below = [a * (1 - scenario.tail) + b * scenario.tail for a, b in zip(usual, tail, strict=True)]
    return list(np.diff([0.0, *below, 1.0]))


def _below(median: float) -> list[float]:
    usual = NormalDist(math.log(median), SPREAD)
    return [usual.cdf(math.log(edge)) for edge in LATENCY_EDGES_MS]


def _during(span: Seconds | None, begins: NDArray[np.int64]) -> NDArray[np.bool_]:
    if span is None:
        return np.zeros_like(begins, dtype=np.bool_)
    return (span[0] <= begins) & (begins < span[1])
