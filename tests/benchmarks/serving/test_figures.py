"""Figures: the best of several rounds, and the way into a file and back."""

from __future__ import annotations

import json
from dataclasses import replace

from benchmark_figures import figures, point

from benchmarks.serving.figures import Agreement, figures_of, point_of
from benchmarks.serving.load import Result


def test_figures_come_back_from_json() -> None:
    """Nothing is lost."""
    of = figures(100.0, open={"A": point(50.0)})
    assert of == figures_of(json.loads(json.dumps(of.document())))


def test_the_best_round_of_every_figure_counts() -> None:
    """And the worst agreement."""
    slow, fast = figures(100.0), figures(200.0)
    slow = replace(slow, start_seconds=0.5, agreement=Agreement(10, 2))
    best = slow.best_of(fast)
    assert (200.0, 0.5, 2) == (best.best_rate, best.start_seconds, best.agreement.differing)
    assert slow == slow.best_of(None)


def test_the_open_loop_with_the_lower_tail_counts() -> None:
    """At one rate; others stand beside it."""
    of = figures(100.0, open={"A": point(50.0, p99=5.0)})
    more = of.with_open({"A": point(50.0, p99=4.0), "B": point(20.0, p99=9.0)})
    assert {"A": 4.0, "B": 9.0} == {name: each.p99 for name, each in more.open.items()}


def test_a_point_counts_in_milliseconds_and_microseconds() -> None:
    """Four answers in two seconds with 10 ms of CPU."""
    found = point_of(Result(2.0, [0.001, 0.002, 0.003, 0.004], 1, 0.5), 0.01, 7.0)
    assert (2.0, 3.0, 4.0, 1) == (found.rate, found.p50, found.p99, found.wrong)
    assert (2500.0, 7.0) == (found.cpu_us, found.offered)


def test_wrong_answers_of_all_loops_are_counted() -> None:
    """Closed and open."""
    of = figures(100.0, open={"A": replace(point(50.0), wrong=3)})
    assert 3 == of.wrong()
