"""The bars, met and not met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.control_plane.bars import bars
from benchmarks.control_plane.figures import Figures

Make = Callable[..., Figures]


def verdicts(sizes: list[Figures]) -> dict[str, bool | None]:
    """What was asked, and whether it is met."""
    return {bar.asked: bar.met for bar in bars(sizes)}


def test_good_figures_meet_every_bar(made: Make) -> None:
    """Twice the models at twice the cost is the same cost per object."""
    double: dict[str, Any] = {"start": {"cpu": 40.0, "memory_mib": 200.0}}
    assert {True} == set(verdicts([made(1000), made(2000, **double)]).values())


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        pytest.param({"restart": {"cpu": 31.0}}, "settled within", id="a start that takes longer"),
        pytest.param({"start": {"peak_mib": 301.0}}, "MiB", id="a peak of memory"),
        pytest.param(
            {"restart": {"requests": {"update modelversions/status": 1}}},
            "restart writes",
            id="a restart that writes",
        ),
        pytest.param({"spec": {"passes": {"x": 51.0}}}, "wakes", id="a write that wakes 5.1 keys"),
        pytest.param({"spec": {"cpu": 0.4}}, "ms of CPU", id="a write that costs 35 ms"),
        pytest.param({"rollouts": {"cpu": 10.0}}, "of one core", id="rollouts that take a tenth"),
        pytest.param(
            {"rollouts": {"requests": {"get pods": 481}}}, "per rollout", id="one request more"
        ),
        pytest.param(
            {"create": {"requests": {"get pods": 161}}}, "per create", id="8.05 requests per create"
        ),
        pytest.param({"idle": {"requests": {"get pods": 1}}}, "idle: no", id="an idle request"),
        pytest.param({"idle": {"cpu": 0.6}}, "idle: under", id="an idle hundredth of a core"),
        pytest.param({"monitored": {"cpu": 18.0}}, "monitored", id="monitors that take a tenth"),
        pytest.param({"scrape": {"lag_ms": 101.0}}, "never held", id="a loop held for 101 ms"),
    ],
)
def test_each_bar_can_be_missed(made: Make, changes: dict[str, Any], part: str) -> None:
    """One figure over its bar, and that bar alone is not met."""
    missed = [asked for asked, met in verdicts([made(**changes)]).items() if met is False]
    assert [asked for asked in missed if part in asked] == missed
    assert len(missed) == 1


def test_more_cost_per_object_in_a_larger_fleet_is_missed(made: Make) -> None:
    """1.3 times the CPU or memory per object is too much."""
    large = made(2000, start={"cpu": 53.0, "memory_mib": 265.0})
    missed = [asked for asked, met in verdicts([made(1000), large]).items() if met is False]
    assert ["per object" in asked for asked in missed] == [True, True]


def test_a_small_fleet_says_nothing_about_a_large_one(made: Make) -> None:
    """What is promised of 1,000 models is not met by 20."""
    found = verdicts([made(20)])
    assert [None, None] == [met for asked, met in found.items() if "× 5 versions" in asked][:2]


def test_without_figures_there_are_no_bars() -> None:
    """A run that measured nothing."""
    assert [] == bars([])
