"""Tables: figures and ratios."""

from __future__ import annotations

from dataclasses import replace

from benchmark_figures import figures, point

from benchmarks.serving.figures import Agreement
from benchmarks.serving.table import agreement_lines, tables

OPEN = {"A": point(20, p50=0.5, p99=12.3), "50 %": point(500)}
OF = {
    "Trainyard": figures(1000, open=OPEN),
    "A": figures(40, open={"A": point(20, p50=7.0, p99=80.0)}),
}


def test_ratios_stand_beside_rates() -> None:
    """Ours divided by theirs."""
    text = tables("forest", OF)
    assert text.startswith("### Forest\n")
    assert "| A | 40 (÷25.0) | 40 (÷25.0) |" in text
    assert "| Trainyard | 1,000 | 1,000 |" in text


def test_latencies_at_one_rate_stand_side_by_side() -> None:
    """Theirs, then ours."""
    assert "| A | 40 | 7.00 / 80 / 160 | 0.50 / 12 / 25 |" in tables("forest", OF)
    assert "| 50 % | 1,000 | 1.00 / 2.00 / 4.00 |" in tables("forest", OF)


def test_every_row_of_a_table_has_all_columns() -> None:
    """Else it is no table."""
    for table in tables("forest", OF).split("\n\n"):
        lines = [line for line in table.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) <= 1


def test_a_table_without_ours_has_no_ratios() -> None:
    """Nothing is divided by nothing."""
    assert "÷" not in tables("forest", {"A": OF["A"]})


def test_agreement_is_said_per_model() -> None:
    """Ours with probabilities, peers together."""
    worse = replace(OF["A"], agreement=Agreement(10, 2))
    lines = agreement_lines({"forest": {**OF, "A": worse}})
    assert lines[0].startswith("- forest, Trainyard: 10 rows compared, 0 labels differ")
    assert lines[0].endswith("largest difference of a probability 1.0e-07")
    assert ["- forest, 1 peers: labels that differ: A: 2"] == lines[1:]
