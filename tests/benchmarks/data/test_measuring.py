"""What a process costs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.data.measuring import Cost, cost_of, least


def test_processors_and_memory_are_those_of_the_child(tmp_path: Path) -> None:
    """And this process keeps its own processors."""
    here = os.sched_getaffinity(0)
    code = "import os; x = bytearray(64 << 20); assert len(os.sched_getaffinity(0)) == 1"
    cost = cost_of((sys.executable, "-c", code), {}, 1, tmp_path / "log")
    assert ("", True, here) == (cost.failed, cost.peak_mib > 64, os.sched_getaffinity(0))


def test_a_failure_quotes_the_end_of_the_output(tmp_path: Path) -> None:
    """So that nobody compares with it."""
    cost = cost_of((sys.executable, "-c", "raise SystemExit('no')"), {}, 1, tmp_path / "log")
    assert "no" == cost.failed


def test_of_several_turns_the_least_time_and_the_most_memory_count() -> None:
    """A failure stays one."""
    assert Cost(1, 4, 9) == least([Cost(1, 5, 9), Cost(2, 4, 8)])
    assert "no" == least([Cost(1, 5, 9), Cost(2, 4, 8, "no")]).failed
