"""Which bars were set, and are they met?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.decisions.hindsight import DECLARED
from benchmarks.decisions.measuring import FIRST, OF_FLAGGER, OURS, Result
from benchmarks.decisions.outcomes import Outcome
from benchmarks.decisions.quiet import Releases
from benchmarks.decisions.scenarios import Scenario

TEN_TIMES = "10 × of 0.2 %"
MOST_SECONDS = 30
SHARE_OF_FLAGGER = 0.25
URGENT = 10
"""How many times as many failures are a scenario of the bars."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What was asked of the operator and what was found."""

    asked: str
    found: str
    met: bool


def bars(results: Sequence[Result], quiet: Sequence[Releases]) -> list[Bar]:
    """All of them."""
    table = {(r.scenario, r.rule): r.outcome for r in results}
    return [*_healthy(table), *_urgent(table), *_quiet(quiet)]


def most_false(count: int) -> int:
    """How many of so many healthy rollouts may be rolled back: what is declared, and two standard
    errors.
    """
    return math.floor(count * DECLARED + 2 * math.sqrt(count * DECLARED * (1 - DECLARED)))


def _healthy(table: dict[tuple[Scenario, str], Outcome]) -> Iterator[Bar]:
    for (scenario, rule), found in table.items():
        if scenario.healthy and rule in (OURS, FIRST):
            most = most_false(found.of)
            asked = f"{rule}, {scenario.name}: at most {DECLARED:.0%} rolled back ({most})"
            yield Bar(asked, f"{found.rolled_back} of {found.of}", found.rolled_back <= most)


def _urgent(table: dict[tuple[Scenario, str], Outcome]) -> Iterator[Bar]:
    for (scenario, rule), found in table.items():
        if rule != OURS or scenario.ratio < URGENT:
            continue
        if scenario.name == TEN_TIMES:
            seconds = found.median_seconds or math.inf
            asked = f"{scenario.name}: found in a median of at most {MOST_SECONDS} s"
            yield Bar(asked, f"{seconds:.0f} s", seconds <= MOST_SECONDS)
        theirs = table[scenario, OF_FLAGGER].failed_requests
        asked = f"{scenario.name}: at most a quarter of the failed requests of Flagger's example"
        share = found.failed_requests / theirs
        shown = f"{found.failed_requests:.1f} of {theirs:.1f}"
        yield Bar(asked, shown, share <= SHARE_OF_FLAGGER)


def _quiet(quiet: Sequence[Releases]) -> Iterator[Bar]:
    for found in quiet:
        if found.who != OURS:
            continue
        right = found.promoted if found.version.good else found.rolled_back
        wrong = found.of - right
        asked = (
            f"{found.rate:g} requests a second, {found.version.name}:"
            f" {'promoted' if found.version.good else 'rolled back'} by itself"
        )
        yield Bar(asked, f"{right} of {found.of}", wrong <= most_false(found.of))
