"""What does the operator do with the counters of a scenario?"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.decisions.counted import HOUR, LOOK_SECONDS, Rollouts, rollouts
from benchmarks.decisions.operator_release import begun
from benchmarks.decisions.outcomes import NEVER
from benchmarks.decisions.scenarios import Scenario
from trainyard.api.v1alpha1.dispersion import Dispersion
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.rollout.strategy import Act

BEFORE = 99
"""Seed of the hour in which the stable version was itself released."""


def learnt(scenario: Scenario) -> Dispersion:
    """What the operator knows of bursts from an earlier release of an hour."""
    spread = Spread()
    for interval in rollouts(scenario.twin(), 1, BEFORE).intervals(0):
        spread = spread.with_interval(interval.stable.requests, interval.stable.errors)
    intervals, requests, errors, squares = spread.folded()
    return Dispersion(
        intervals=intervals, requests=requests, errors=errors, squares_millionths=squares
    )


def looks(scenario: Scenario, found: Rollouts, known: Dispersion | None) -> Sequence[int]:
    """At which look each rollout is rolled back, or NEVER: the defaults, in a step of an hour."""
    step = {"weightPercent": scenario.canary_percent, "minSeconds": 2 * HOUR}
    return [_rolled_back(found, number, step, known) for number in range(len(found))]


def _rolled_back(
    found: Rollouts, number: int, step: dict[str, int], known: Dispersion | None
) -> int:
    release = begun(known, rollout={"steps": [step]})
    for look, interval in enumerate(found.intervals(number)):
        if release.look(interval, LOOK_SECONDS) is Act.ROLL_BACK:
            return look
    return NEVER
