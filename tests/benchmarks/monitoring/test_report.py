"""A table for people and JSON for programs."""

from __future__ import annotations

import json

from benchmarks.monitoring.bars import bars
from benchmarks.monitoring.drift import OPERATOR, Share
from benchmarks.monitoring.report import document, table

SHARES = [Share(OPERATOR, "nothing", 1, 200), Share("another", "nothing", 100, 200)]


def test_the_table_has_a_row_for_each_rule_and_each_bar() -> None:
    """With shares and how many there were."""
    lines = table(SHARES, bars(SHARES)).splitlines()
    assert "| alarms of | nothing |" == lines[0]
    assert f"| {OPERATOR} | 0.5 % of 200 |" in lines
    assert "| another | 50.0 % of 200 |" in lines
    assert lines[-1].endswith("| 0.5 % of 200 | yes |")


def test_the_document_has_the_same_figures() -> None:
    """Under their names."""
    found = json.loads(document(SHARES, bars(SHARES)))
    assert [1, 100] == [share["alarms"] for share in found["shares"]]
    assert [True] == [bar["met"] for bar in found["bars"]]
