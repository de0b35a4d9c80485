"""All figures of one contender."""

from __future__ import annotations

import pytest

from benchmarks.serving.contender import Contender
from benchmarks.serving.figures import POINTS
from benchmarks.serving.measuring import Plan, measured, measured_at
from benchmarks.serving.workloads import Workload

PLAN = Plan(0.05, 0)


def test_every_point_has_figures(contender: Contender, workload: Workload) -> None:
    """Rates at all points, costs, one open loop at half of its best, equal answers."""
    figures = measured(contender, workload, PLAN)
    assert [f"{rows}x{c}" for rows, c in POINTS] == list(figures.points)
    assert all(point.rate > 0 and point.wrong == 0 for point in figures.points.values())
    assert (40, 0) == (figures.agreement.rows, figures.agreement.differing)
    assert figures.start_seconds > 0
    assert figures.memory_mib > 1
    assert figures.open["Stub"].offered == pytest.approx(figures.best_rate / 2)


def test_open_loops_at_given_rates(contender: Contender, workload: Workload) -> None:
    """Each has its own name."""
    points = measured_at(contender, workload, PLAN, {"one": 40.0, "two": 80.0})
    assert {"one": 40.0, "two": 80.0} == {name: p.offered for name, p in points.items()}
