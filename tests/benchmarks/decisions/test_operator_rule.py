"""The operator's own decisions about simulated counters.

Proves: benchmarks/decisions/operator_release.py, benchmarks/decisions/measuring.py
"""

from __future__ import annotations

from statistics import median

from benchmarks.decisions import measuring
from benchmarks.decisions.counted import LOOK_SECONDS, rollouts
from benchmarks.decisions.measuring import BEST, FIRST, OURS, RULES
from benchmarks.decisions.operator_release import CANARY, begun
from benchmarks.decisions.operator_rule import learnt, looks
from benchmarks.decisions.outcomes import NEVER
from benchmarks.decisions.scenarios import BAD, HEALTHY
from trainyard.model_deployments.analysis.evidence import Counts, Interval
from trainyard.model_deployments.rollout.strategy import Act

TEN_TIMES = next(s for s in BAD if s.name == "10 × of 0.2 %")


def test_ten_times_the_failures_are_found_in_half_a_minute() -> None:
    """In the median, by all that is declared by default: both checks, a bound of 1 %."""
    found = looks(TEN_TIMES, rollouts(TEN_TIMES, 200, 12, 300), learnt(TEN_TIMES))
    assert NEVER not in found
    assert (median(found) + 1) * LOOK_SECONDS <= 30


def test_a_healthy_version_stays() -> None:
    """For five minutes of each scenario."""
    for seed, scenario in enumerate(HEALTHY):
        found = looks(scenario, rollouts(scenario, 1, seed, 300), learnt(scenario))
        assert [NEVER] == found


def test_a_release_goes_through_its_steps_to_its_promotion() -> None:
    """With the operator's own moves and status."""
    release = begun(None)
    stable, canary = (Counts(n, 1, (n, n, n)) for n in (950, 500))
    shares = [release.share]
    while not release.ended:
        release.look(Interval(stable, canary, ("5", "10", "+Inf")), 60)
        shares.append(release.share)
    assert [0.05, 0.5, 1.0] == sorted(set(shares)) == list(dict.fromkeys(shares))
    stable_now = release.status.stable
    assert stable_now is not None
    assert (Act.PROMOTE, CANARY) == (release.last, stable_now.revision)


def test_every_rule_is_asked_about_the_same_rollouts() -> None:
    """The best line needs a bad scenario; healthy ones ask a first release only about bursts."""
    found = list(measuring.results(1))
    asked = {s: [r.rule for r in found if r.scenario == s] for s in (*HEALTHY, *BAD)}
    assert [r for r in RULES if r not in (FIRST, BEST)] == asked[HEALTHY[0]]
    assert list(RULES) == asked[TEN_TIMES]
    assert OURS in asked[BAD[-1]]
