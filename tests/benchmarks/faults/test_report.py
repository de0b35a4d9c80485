"""How a campaign is shown."""

from __future__ import annotations

from benchmarks.faults.campaign import Outcome
from benchmarks.faults.plans import Fault, Kind, Plan, Story
from benchmarks.faults.report import line, report

PLAN = Plan(1, 4, Story.ABORTED, (Fault(Kind.KILL, 3),))
HELD = Outcome(PLAN, 12.0, 60, (), {(Kind.KILL, "canary steps"): 1})
BROKEN = Outcome(PLAN, 13.0, 61, ("b was made 2 times, not 1",), {})


def test_the_report_counts_and_names_what_was_broken() -> None:
    """Faults by phase, plans, writes, and every sentence of a broken plan."""
    text = report([HELD, BROKEN], 30)
    assert "2 plans in 30 s: 121 writes, 1 faults, 1 violations" in text
    assert "| kill | 1 |" in text
    assert "  b was made 2 times, not 1" in text.splitlines()


def test_a_line_says_whether_the_plan_held() -> None:
    """And how to repeat it."""
    assert line(HELD, 1, 9) == "1/9 held in 12 s: plan 4 of seed 1 (aborted): kill after write 3"
    assert "BROKEN" in line(BROKEN, 2, 9)
