"""The report: a file and text for people."""

from __future__ import annotations

from dataclasses import replace

from benchmark_figures import figures, point

from benchmarks.serving.contenders import contenders
from benchmarks.serving.machine import Machine
from benchmarks.serving.report import Report, report_of, shown

OF = {"Trainyard": figures(1000, open={"KServe": point(9)}), "KServe": figures(40)}
REPORT = Report(Machine("X", 2, "3.11", 0.1), 2.0, 3, {"linear": OF})


def test_a_report_comes_back_from_its_file() -> None:
    """Every figure of it."""
    assert REPORT == report_of(REPORT.text())


def test_tables_agreement_and_bars_are_shown() -> None:
    """With how it was measured."""
    text = shown(REPORT, {"linear": "a line"}, contenders())
    assert "2 s per point, best of 3 round(s)" in text
    assert "### A line" in text
    assert "- linear, Trainyard: 10 rows compared" in text
    assert "≥ 20× the best peer: 25.0× (1,000/s; best is KServe with 40/s) – **met**" in text
    assert "mixed run: `python -m benchmarks.endurance` – **not measured here**" in text


def test_a_busy_generator_is_named() -> None:
    """Over 90 % of a closed loop it may be what was measured."""
    points = {**OF["KServe"].points, "1x8": replace(point(40), busy=0.95)}
    busy = replace(REPORT, found={"linear": {**OF, "KServe": replace(OF["KServe"], points=points)}})
    titles = {"linear": "a line"}
    assert "bottleneck: linear, KServe, 1x8 (95%)." in shown(busy, titles, contenders())
    assert "never busy for more than 90%" in shown(REPORT, titles, contenders())
