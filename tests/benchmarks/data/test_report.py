"""How the figures are shown."""

from __future__ import annotations

from benchmarks.data.contenders import OURS
from benchmarks.data.measuring import Cost
from benchmarks.data.report import Point, document, table

_POINT = Point(1_000_000, "csv", 2)
_FIGURES = {_POINT: {OURS: Cost(2, 3, 200), "them": Cost(4, 4, 500)}}


def test_our_share_of_the_others_cost_is_shown() -> None:
    """Of processors and of time."""
    rows = table(_FIGURES).splitlines()
    assert "| 1,000,000 rows, csv, 2 cores | them | 4.0 | 4.0 | 500 | 0.75 | 0.50 |" == rows[-1]


def test_what_failed_is_compared_with_nothing() -> None:
    """Whoever it was."""
    figures = {_POINT: {OURS: Cost(2, 3, 200), "them": Cost(4, 4, 500, "no")}}
    assert table(figures).splitlines()[-1].endswith("| them | failed |  |  |  |  |")


def test_every_figure_is_in_the_document() -> None:
    """One entry per point and contender."""
    assert [(1_000_000, OURS, 3), (1_000_000, "them", 4)] == [
        (entry["rows"], entry["who"], entry["cpu_seconds"]) for entry in document(_FIGURES)
    ]
