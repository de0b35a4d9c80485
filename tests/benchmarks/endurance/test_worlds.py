"""The models that are asked: no two rows have answers that could be mixed up."""

from __future__ import annotations

import math
from itertools import pairwise

from benchmarks.endurance.worlds import TOLERANCE, World


def test_an_answer_belongs_to_one_row(numbers: World, columns: World) -> None:
    """The nearest two differ by ten times what a comparison allows."""
    for world in (numbers, columns):
        found = sorted(world.answers)
        assert len(found) > 30
        assert not any(
            math.isclose(one, other, rel_tol=2 * TOLERANCE, abs_tol=2 * TOLERANCE)
            for one, other in pairwise(found)
        )


def test_rows_are_as_a_client_sends_them(numbers: World, columns: World) -> None:
    """Missing is null, categories are text, and each row has every feature."""
    for world in (numbers, columns):
        assert {len(world.features)} == {len(row) for row in world.rows}
        assert len(world.answers) == len(world.rows)
    cells = [cell for row in columns.rows for cell in row]
    assert None in cells
    assert {float, str, type(None)} >= {type(cell) for cell in cells}
    assert (True, False) == (numbers.all_numeric, columns.all_numeric)
