"""Rows that came, went or changed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.checks.row_changes import RowChanges, RowComparison
from trainer.rows.row_digests import row_keys

Row = tuple[str, int]


def _compared(folder: Path, before: list[Row], now: list[Row], ids: tuple[str, ...]) -> RowChanges:
    comparison = RowComparison(folder, ids)
    for side, rows in (("before", before), ("now", now)):
        texts, numbers = [r[0] for r in rows], [r[1] for r in rows]
        columns = [pa.array(texts, pa.string()), pa.array(numbers, pa.int64())]
        batch = pa.RecordBatch.from_arrays(columns, ["id", "n"])
        comparison.add("before" if side == "before" else "now", batch, row_keys(batch))
    return comparison.result()


BEFORE = [("a", 1), ("b", 2), ("c", 3)]


@pytest.mark.parametrize(
    ("now", "ids", "expected"),
    [
        (BEFORE[::-1], (), RowChanges(0, 0, None)),
        (BEFORE[::-1], ("id",), RowChanges(0, 0, 0)),
        ([*BEFORE, ("d", 4)], (), RowChanges(1, 0, None)),
        ([*BEFORE, ("d", 4)], ("id",), RowChanges(1, 0, 0)),
        ([*BEFORE, ("a", 1)], (), RowChanges(1, 0, None)),
        (BEFORE[:1], ("id",), RowChanges(0, 2, 0)),
        ([("a", 1), ("b", 9), ("c", 3)], (), RowChanges(1, 1, None)),
        ([("a", 1), ("b", 9), ("c", 3)], ("id",), RowChanges(0, 0, 1)),
        ([], (), RowChanges(0, 3, None)),
        ([("b", 1), ("a", 2), ("e", 5)], ("id",), RowChanges(1, 1, 2)),
    ],
)
def test_rows_are_compared_as_wholes_or_by_their_id(
    tmp_path: Path, now: list[Row], ids: tuple[str, ...], expected: RowChanges
) -> None:
    """With an id a changed row is one row; without one it went and came."""
    assert expected == _compared(tmp_path, BEFORE, now, ids)


ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), max_size=30)


@settings(max_examples=30, deadline=None)
@given(before=ROWS, now=ROWS)
def test_rows_that_come_several_times_are_counted(
    tmp_path_factory: pytest.TempPathFactory, before: list[Row], now: list[Row]
) -> None:
    """As two bags of rows differ."""
    found = _compared(tmp_path_factory.mktemp("rows"), before, now, ())
    then, today = Counter(before), Counter(now)
    assert RowChanges((today - then).total(), (then - today).total(), None) == found
