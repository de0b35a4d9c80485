"""The figures as tables for people, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from benchmarks.decisions.bars import Bar
from benchmarks.decisions.measuring import BEST, RULES, Result
from benchmarks.decisions.outcomes import Outcome
from benchmarks.decisions.quiet import Releases


def table(results: Sequence[Result], quiet: Sequence[Releases], bars: Sequence[Bar]) -> str:
    """Markdown: healthy scenarios, bad ones, quiet services, bars."""
    good = [r for r in results if r.scenario.healthy]
    bad = [r for r in results if not r.scenario.healthy]
    rules = [rule for rule in RULES if rule != BEST]
    parts = [
        *_grid("healthy: rolled back by", good, rules),
        "",
        *_grid("bad: rolled back (median s, p90 s; failed requests served) by", bad, RULES),
        "",
        *_of_quiet(quiet),
        "",
        "| bar | found | met |",
        "|---|---|---|",
        *(f"| {bar.asked} | {bar.found} | {'yes' if bar.met else 'no'} |" for bar in bars),
    ]
    return "\n".join(parts)


def document(results: Sequence[Result], quiet: Sequence[Releases], bars: Sequence[Bar]) -> str:
    """JSON."""
    found = {
        "results": [
            {
                "scenario": r.scenario.name,
                "healthy": r.scenario.healthy,
                "rule": r.rule,
                "falsePercent": r.false_percent,
                **asdict(r.outcome),
            }
            for r in results
        ],
        "quiet": [asdict(releases) for releases in quiet],
        "bars": [asdict(bar) for bar in bars],
    }
    return json.dumps(found, indent=1)


def _grid(head: str, results: Sequence[Result], rules: Sequence[str]) -> Iterator[str]:
    cells = {(r.scenario.name, r.rule): _cell(r) for r in results}
    yield f"| {head} | {' | '.join(rules)} |"
    yield f"|---|{'---|' * len(rules)}"
    for name in dict.fromkeys(r.scenario.name for r in results):
        yield f"| {name} | {' | '.join(cells.get((name, rule), '–') for rule in rules)} |"


def _cell(result: Result) -> str:
    found = result.outcome
    shown = f"{found.percent:.1f} %"
    if not result.scenario.healthy:
        shown = f"{shown} ({_times(found)}; {found.failed_requests:.0f})"
    if result.false_percent is not None:
        shown = f"{shown}, healthy twins {result.false_percent:.1f} %"
    return shown


def _times(found: Outcome) -> str:
    if found.median_seconds is None or found.p90_seconds is None:
        return "never"
    return f"{found.median_seconds:.0f}, {found.p90_seconds:.0f}"


def _of_quiet(quiet: Sequence[Releases]) -> Iterator[str]:
    yield "| requests a second | new version | who | promoted | rolled back | median min | bad |"
    yield "|---|---|---|---|---|---|---|"
    for one in quiet:
        ends = f"{one.promoted} of {one.of} | {one.rolled_back}"
        numbers = f"{one.median_minutes:.0f} | {one.bad_answers:.1f}"
        yield f"| {one.rate:g} | {one.version.name} | {one.who} | {ends} | {numbers} |"
