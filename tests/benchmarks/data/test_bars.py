"""Which bars are met."""

from __future__ import annotations

from benchmarks.data.bars import bars
from benchmarks.data.contenders import OURS
from benchmarks.data.measuring import Cost
from benchmarks.data.report import Point


def test_the_better_peer_counts_by_cpu_on_one_core_and_by_time_on_two() -> None:
    """And memory at every point."""
    figures = {
        Point(9, "csv", 1): {OURS: Cost(2, 3, 399), "a": Cost(4, 5.1, 1), "b": Cost(3, 9, 1)},
        Point(9, "csv", 2): {OURS: Cost(2, 3, 401), "a": Cost(4, 5.1, 1), "b": Cost(3, 9, 1)},
    }
    assert [
        ("9 rows, csv, 1 core: at most 0.6 of the CPU of the better peer", "0.59 of a", True),
        ("9 rows, csv, 1 core: peak memory under 400 MiB", "399 MiB", True),
        ("9 rows, csv, 2 cores: at most 0.4 of the time of the better peer", "0.67 of b", False),
        ("9 rows, csv, 2 cores: peak memory under 400 MiB", "401 MiB", False),
    ] == [(bar.asked, bar.found, bar.met) for bar in bars(figures)]


def test_who_failed_is_no_measure() -> None:
    """Neither a peer nor ourselves."""
    point = Point(9, "csv", 1)
    (memory,) = bars({point: {OURS: Cost(2, 3, 1), "a": Cost(1, 1, 1, "no")}})
    (nothing,) = bars({point: {OURS: Cost(1, 1, 1, "no"), "a": Cost(1, 1, 1)}})
    assert "9 rows, csv, 1 core: peak memory under 400 MiB" == memory.asked
    assert "9 rows, csv, 1 core: ours failed – **not measured here**" == str(nothing)
