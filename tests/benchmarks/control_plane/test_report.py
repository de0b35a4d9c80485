"""The report of a run."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.control_plane.figures import Figures
from benchmarks.control_plane.report import FACTS, Report, report_of, shown
from benchmarks.serving.machine import Machine

MACHINE = Machine("a processor", 2, "3.11", 0.1)


def test_a_file_gives_the_same_report_back(made: Callable[..., Figures]) -> None:
    """To be shown again."""
    report = Report(MACHINE, 1, [made(10), made(20)])
    assert report == report_of(report.text())


def test_people_see_table_bars_and_peers(made: Callable[..., Figures]) -> None:
    """And on which machine."""
    text = shown(Report(MACHINE, 2, [made(1000, idle={"cpu": 3.0})]))
    assert "a processor" in text
    assert "2 namespaces" in text
    assert "| start of a settled fleet: CPU s / wall s | 20.0 / 10.0 |" in text
    assert "- idle: under 1% of a core: 5.00% – **NOT met**" in text
    assert all(fact in text for fact in FACTS)
