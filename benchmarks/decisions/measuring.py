"""Every scenario under every rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.decisions import hindsight, operator_rule
from benchmarks.decisions.counted import Rollouts, rollouts
from benchmarks.decisions.outcomes import Outcome, outcome
from benchmarks.decisions.scenarios import BAD, HEALTHY, Scenario
from benchmarks.decisions.thresholds import ARGO, ARGO_AT_ONE_PERCENT, FLAGGER

OURS = "Trainyard"
FIRST = "Trainyard, first release"
"""Nothing is known of bursts yet; healthy scenarios are left out where none come."""
OF_FLAGGER = "Flagger"
BEST = "best line in hindsight"
LINES = {OF_FLAGGER: FLAGGER, "Argo Rollouts": ARGO, "Argo Rollouts, 99 %": ARGO_AT_ONE_PERCENT}
RULES = (OURS, FIRST, *LINES, BEST)
TWINS = 1000
"""Distance of the seeds of healthy twins."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one rule made of one scenario."""

    scenario: Scenario
    rule: str
    outcome: Outcome
    false_percent: float | None = None
    """Of the best line: how many healthy twins it rolls back."""


def results(count: int, only: str = "") -> Iterator[Result]:
    """Those with this in their name, so many rollouts each; the seed of a scenario is its place."""
    for seed, scenario in enumerate((*HEALTHY, *BAD)):
        if only not in scenario.name:
            continue
        found = rollouts(scenario, count, seed)
        yield from _of(scenario, found, seed)


def _of(scenario: Scenario, found: Rollouts, seed: int) -> Iterator[Result]:
    for rule, known in ((OURS, operator_rule.learnt(scenario)), (FIRST, None)):
        if rule == FIRST and scenario.healthy and scenario.burst == 1:
            continue
        looks = operator_rule.looks(scenario, found, known)
        yield Result(scenario, rule, outcome(looks, found.canary))
    for rule, line in LINES.items():
        yield Result(scenario, rule, outcome(line.looks(found), found.canary))
    if scenario.healthy or scenario.timed:
        return
    twins = rollouts(scenario.twin(), len(found), seed + TWINS)
    best = hindsight.best_line(twins, found)
    false = hindsight.of_line(best, twins).percent
    yield Result(scenario, BEST, hindsight.of_line(best, found), false)
