"""Counters of simulated rollouts.

Proves: benchmarks/decisions/counted.py, benchmarks/decisions/scenarios.py
"""

from __future__ import annotations

import pytest

from benchmarks.decisions.counted import EDGES, LOOKS, rollouts
from benchmarks.decisions.scenarios import BAD, HEALTHY, Scenario


@pytest.mark.parametrize(
    ("scenario", "stable", "canary"),
    [
        pytest.param(Scenario("", base=0.02), 0.02, 0.02, id="healthy"),
        pytest.param(Scenario("", base=0.02, ratio=5), 0.02, 0.1, id="five times"),
        pytest.param(Scenario("", base=0.02, ratio=500), 0.02, 1, id="never more than all"),
        pytest.param(Scenario("", base=0.02, outage=(0, 3600)), 0.05, 0.05, id="an outage"),
        pytest.param(Scenario("", base=0.02, burst=5), 0.02, 0.02, id="in bursts"),
        pytest.param(Scenario("", base=0.02, daily=0.8), 0.02, 0.02, id="in a cycle"),
    ],
)
def test_versions_fail_as_often_as_the_scenario_says(
    scenario: Scenario, stable: float, canary: float
) -> None:
    """Of as many requests as they share."""
    found = rollouts(scenario, 3, seed=1)
    assert (3, LOOKS) == found.canary.requests.shape
    shares = [one.errors.sum() / one.requests.sum() for one in (found.stable, found.canary)]
    assert [stable, canary] == pytest.approx(shares, rel=0.1)
    assert 0.1 * 100 * 3600 * 3 == pytest.approx(found.canary.requests.sum(), rel=0.05)


@pytest.mark.parametrize(
    ("scenario", "beyond"),
    [
        pytest.param(Scenario("", timed=True), (0.005, 0.005), id="healthy"),
        pytest.param(Scenario("", timed=True, tail=0.1), (0.005, 0.1), id="a tail"),
        pytest.param(Scenario("", timed=True, both_slow=(0, 3600)), (0.6, 0.6), id="both slow"),
        pytest.param(Scenario("", timed=True, slower=4), (0.005, 0.6), id="one slow"),
    ],
)
def test_answers_take_as_long_as_the_scenario_says(
    scenario: Scenario, beyond: tuple[float, float]
) -> None:
    """Shares of stable and new version beyond 140 ms."""
    found = rollouts(scenario, 1, seed=1, seconds=600)
    (interval, *_) = found.intervals(0)
    assert interval.edges == EDGES
    shares = [
        1 - one.within[0, :, EDGES.index("140")].sum() / one.requests.sum()
        for one in (found.stable, found.canary)
    ]
    assert list(beyond) == pytest.approx(shares, abs=0.05)
    assert interval.canary.within[-1] == interval.canary.requests


def test_the_same_seed_gives_the_same_rollouts() -> None:
    """And a scenario of failures leaves answer times out."""
    (one, *_), (other, *_) = (rollouts(BAD[4], 1, 7).intervals(0) for _ in range(2))
    assert one == other
    assert ((), ()) == (one.edges, one.canary.within)


def test_each_scenario_is_what_its_list_says() -> None:
    """And no name comes twice."""
    assert all(scenario.healthy for scenario in HEALTHY)
    assert not any(scenario.healthy for scenario in BAD)
    assert len({scenario.name for scenario in (*HEALTHY, *BAD)}) == len(HEALTHY) + len(BAD)
