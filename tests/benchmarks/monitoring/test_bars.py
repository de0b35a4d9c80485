"""Bars are about the operator alone."""

from __future__ import annotations

import pytest

from benchmarks.monitoring.bars import bars
from benchmarks.monitoring.drift import OPERATOR, Share


@pytest.mark.parametrize(
    ("scene", "alarms", "met"),
    [
        pytest.param("nothing", 10, True, id="one false alarm in a hundred"),
        pytest.param("nothing", 11, False, id="one more"),
        pytest.param("a flag", 950, True, id="found often enough"),
        pytest.param("a flag", 949, False, id="once too few"),
    ],
)
def test_bars_are_met_or_not(scene: str, alarms: int, met: bool) -> None:
    """Other rules have none."""
    other = Share("another rule", scene, 500, 1000)
    (bar,) = bars([Share(OPERATOR, scene, alarms, 1000), other])
    assert met is bar.met
    assert f"{alarms / 10:.1f} % of 1000" == bar.found
