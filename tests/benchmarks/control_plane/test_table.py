"""The table."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.control_plane.figures import Figures
from benchmarks.control_plane.table import ROWS, table


def test_a_row_per_question_and_a_column_per_size(made: Callable[..., Figures]) -> None:
    """What was not measured is a dash."""
    half = made(100)
    without = Figures(100, half.objects, {n: e for n, e in half.episodes.items() if n != "create"})
    lines = table([without, made(1000)]).splitlines()
    assert len(lines) == 2 + len(ROWS)
    assert "| models (five versions each) | 100 | 1,000 |" == lines[0]
    assert "| one create of a ModelDeployment: requests | – | 6.0 |" in lines
    assert "| – requests per rollout | 24.0 | 24.0 |" in lines
