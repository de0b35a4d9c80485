"""What does the operator do with the counters of a scenario?"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.decisions.counted import HOUR, LOOK_SECONDS, Rollouts, rollouts
from benchmarks.decisions.operator_release import begun
from benchmarks.decisions.outcomes import NEVER
from benchmarks.decisions.scenarios import Scenario
from trainyard.api.v1alpha1.dispersion import Dispersion, SplitDispersion
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.rollout.strategy import Act

BEFORE = 99
"""Seed of the hour in which the stable version was itself released."""


def learnt(scenario: Scenario) -> Dispersion:
    """What the operator knows of bursts from an earlier release of an hour."""
    stable = split = Spread()
    for interval in rollouts(scenario.twin(), 1, BEFORE).intervals(0):
        failed = interval.stable.errors, interval.canary.errors
        stable = stable.with_interval(interval.stable.requests, failed[0])
        split = split.with_interval(sum(failed), failed[1])
    intervals, failures, of_canary, squares = split.folded()
    return Dispersion(
        intervals=stable.intervals,
        requests=stable.requests,
        errors=stable.errors,
        squares_millionths=stable.squares,
        split=SplitDispersion(
            intervals=intervals, failures=failures, of_canary=of_canary, squares_millionths=squares
        ),
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
