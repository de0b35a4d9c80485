"""Rules, quiet windows and windows with drift.

Proves: benchmarks/monitoring/rules.py, benchmarks/monitoring/__main__.py
"""

from __future__ import annotations

import pytest

from benchmarks.monitoring.drift import DRIFTS, OPERATOR, RULES, drifted, quiet
from benchmarks.monitoring.live_rows import A_FLAG


def test_the_operator_is_quiet_in_quiet_windows_and_finds_each_drift() -> None:
    """A small part of what the benchmark measures."""
    assert 0 == quiet(OPERATOR, 6).alarms
    assert [2, 2] == [drifted(OPERATOR, drift, 2).alarms for drift in DRIFTS]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != OPERATOR])
def test_other_rules_answer_on_the_same_rows(rule: str) -> None:
    """Half of the columns never drift where one does; any column does."""
    found = drifted(rule, A_FLAG, 1)
    assert (0 if rule == "as Evidently's defaults" else 1) == found.alarms
