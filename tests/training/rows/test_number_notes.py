"""What numbers may be besides numbers."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pytest

from trainer.rows.inference import InferredColumn
from trainer.rows.number_notes import number_notes


@pytest.mark.parametrize(
    ("name", "numbers", "said"),
    [
        ("n", range(100), ""),
        ("n", range(1_760_000_000, 1_760_000_900, 60), "1760000000 is 2025-10-09"),
        ("n", range(1_760_000_000_000, 1_760_000_900_000, 60_000), "a time since 1970"),
        ("n", [1_760_000_000, *range(7)], ""),
        ("n", range(20_250_101, 20_250_130), "20250101 as year, month and day"),
        ("n", range(20_250_140, 20_250_190), ""),
        ("date", range(45_000, 45_100), "45000 is 2023-03-15"),
        ("update", range(45_000, 45_100), ""),
        ("n", range(45_000, 45_100), ""),
        ("n", [-999, *range(20)], "holds -999, far from all other numbers"),
        ("n", [9999, *range(20)], "holds 9999"),
        ("n", [99, *range(20)], ""),
        ("n", [-999, *range(-1000, -900)], ""),
        ("n", [-999, 1, 2], ""),
    ],
)
def test_only_what_looks_otherwise_is_told(name: str, numbers: Iterable[int], said: str) -> None:
    """By the sizes of all numbers."""
    inferred = InferredColumn()
    inferred.observe(pa.array(list(numbers)))
    notes = list(number_notes(name, inferred))
    assert bool(said) == bool(notes)
    assert said in "".join(notes)
