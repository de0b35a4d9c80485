"""Bars, tables and the picture of given results.

Proves: benchmarks/decisions/options.py, benchmarks/decisions/report.py
Proves: benchmarks/decisions/picture.py, benchmarks/decisions/__main__.py
"""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from benchmarks.decisions.bars import TEN_TIMES, bars, most_false
from benchmarks.decisions.measuring import BEST, OF_FLAGGER, OURS, Result
from benchmarks.decisions.options import options_of
from benchmarks.decisions.outcomes import Outcome
from benchmarks.decisions.picture import drawn
from benchmarks.decisions.quiet import GOOD, VERSIONS, Releases
from benchmarks.decisions.report import document, table
from benchmarks.decisions.scenarios import HEALTHY, Scenario

SPACE = "{http://www.w3.org/2000/svg}"
BAD = Scenario(TEN_TIMES, ratio=10)


def of(rolled_back: int, median: float = 30, failed: float = 8) -> Outcome:
    """Return an outcome of 1,000 rollouts."""
    return Outcome(rolled_back, 1000, median if rolled_back else None, 90, failed)


def results(false: int = 0, median: float = 30, failed: float = 8) -> list[Result]:
    """Return what two rules made of a healthy and a bad scenario."""
    return [
        Result(HEALTHY[0], OURS, of(false)),
        Result(HEALTHY[0], OF_FLAGGER, of(1000)),
        Result(BAD, OURS, of(1000, median, failed)),
        Result(BAD, OF_FLAGGER, of(1000, 300, 32)),
        Result(BAD, BEST, of(1000, 15, 5), false_percent=0.9),
    ]


def quiet(promoted: int = 100, rolled_back: int = 0, version: int = 0) -> Releases:
    """Return what became of 100 of our releases."""
    return Releases(OURS, VERSIONS[version], 0.1, promoted, rolled_back, 100, 60, 0.1)


@pytest.mark.parametrize(
    ("found", "of_quiet", "missed"),
    [
        pytest.param(results(), quiet(), 0, id="all met"),
        pytest.param(results(false=16), quiet(), 0, id="as many false ones as chance allows"),
        pytest.param(results(false=17), quiet(), 1, id="one more"),
        pytest.param(results(median=45), quiet(), 1, id="too late"),
        pytest.param(results(failed=9), quiet(), 1, id="more than a quarter of Flagger's"),
        pytest.param(results(), quiet(96, 4), 1, id="good ones that were not promoted"),
        pytest.param(results(), quiet(4, 96, 1), 1, id="bad ones that were"),
        pytest.param(results(), quiet(0, 100, 2), 0, id="other answers, taken back"),
    ],
)
def test_a_bar_is_missed_by_what_it_is_about(
    found: list[Result], of_quiet: Releases, missed: int
) -> None:
    """And by nothing else."""
    assert missed == sum(not bar.met for bar in bars(found, [of_quiet]))


def test_a_few_rollouts_may_show_one_more_than_declared() -> None:
    """Two standard errors."""
    assert [0, 2, 16] == [most_false(count) for count in (1, 100, 1000)]


def test_the_tables_show_every_result() -> None:
    """For people and for programs."""
    shown = table(results(), [quiet()], bars(results(), [quiet()]))
    assert "| 0.2 % fail | 0.0 % | – | 100.0 % |" in shown
    assert "| 100.0 % (30, 90; 8) |" in shown
    assert "100.0 % (15, 90; 5), healthy twins 0.9 % |" in shown
    assert f"| 0.1 | {GOOD.name} | Trainyard | 100 of 100 | 0 | 60 | 0.1 |" in shown
    read = json.loads(document(results(), [quiet()], []))
    assert [OURS, OF_FLAGGER, OURS, OF_FLAGGER, BEST] == [r["rule"] for r in read["results"]]


def test_the_picture_has_a_bar_for_each_shown_rule() -> None:
    """As long as its share."""
    picture = ElementTree.fromstring(drawn(results()))  # noqa: S314 our own
    bars_of = [
        b for b in picture.iter("{http://www.w3.org/2000/svg}rect") if b.get("height") == "10"
    ]
    widths = [float(b.get("width", "")) for b in bars_of]
    assert [0, 4 * widths[2]] == [widths[0], widths[3]]
    assert widths[1] == widths[3]


def test_quick_asks_for_few_rollouts() -> None:
    """Unless told otherwise there are a thousand."""
    asked = [options_of(words).rollouts for words in ([], ["--quick"], ["--rollouts", "7"])]
    assert [1000, 30, 7] == asked
