"""Which rows of a file the model can be asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from modelbundle.signature import Feature, Kind
from trainer.batch.feature_rows import feature_rows
from trainer.files.raw_batch import RawBatch
from trainer.pod.exits import UserFault


def batch(keys_vary: bool = False, **columns: list[Any]) -> RawBatch:
    """Return rows of these columns."""
    return RawBatch(pa.RecordBatch.from_pydict(columns), keys_vary)


def texts(*cells: str | None) -> list[bytes | None]:
    """Return cells as a CSV file has them."""
    return [None if cell is None else cell.encode() for cell in cells]


@pytest.mark.parametrize(
    ("feature", "cells", "values", "refused"),
    [
        (Feature("a", Kind.FLOAT), texts("1.5", "x", ""), [1.5], ["is no Float", "is missing"]),
        (Feature("a", Kind.FLOAT, accepts_missing=True), texts("1", "NA"), [1, np.nan], []),
        (Feature("a", Kind.INTEGER), [1.0, 2.5], [1], ["is no Integer"]),
        (Feature("a", Kind.BOOLEAN), texts("true", "False"), [1, 0], []),
        (Feature("a", Kind.BOOLEAN), [True, None], [1], ["is missing"]),
        (Feature("a", Kind.CATEGORY, True), texts("left", ""), ["left", ""], []),
        (Feature("a", Kind.CATEGORY, True, ("l", "r")), texts("l", "m"), ["l"], ["is none of"]),
        (Feature("a", Kind.CATEGORY), [1, 2], ["1", "2"], []),
    ],
)
def test_cells_are_values_of_the_feature_or_stand_against_the_row(
    feature: Feature, cells: list[Any], values: list[Any], refused: list[str]
) -> None:
    """A cell is what a Dataset would make of it."""
    found = feature_rows("f.csv", batch(a=cells), (feature,))
    rows = found.rows.numbers if feature.numeric else found.rows.texts
    assert np.array_equal(np.array(values, rows.dtype), rows[:, 0], equal_nan=feature.numeric)
    assert len(refused) == len(found.refused)
    for row, words in zip(found.refused, refused, strict=True):
        assert "a" == row.column
        assert words in row.reason
    assert len(cells) == len(found.places) + len(found.refused)


def test_a_row_is_refused_once() -> None:
    """For the first of its features that stands against it."""
    features = (Feature("a", Kind.FLOAT), Feature("b", Kind.FLOAT))
    rows = batch(a=texts("x", "1", "1"), b=texts("x", "y", "1"))
    found = feature_rows("f.csv", rows, features)
    assert [(0, "a"), (1, "b")] == [(row.place, row.column) for row in found.refused]
    assert [2] == found.places.tolist()


def test_parts_of_a_time_come_from_the_time() -> None:
    """As the ingest of a Dataset makes them; a cell that is no time stands against the row."""
    features = (Feature("at.month", Kind.INTEGER), Feature("at.hour", Kind.INTEGER))
    found = feature_rows("f.csv", batch(at=texts("2026-11-29T13:00:00Z", "soon")), features)
    assert [[11, 13]] == found.rows.numbers.tolist()
    assert [("at.month", "soon")] == [(row.column, row.found) for row in found.refused]


def test_a_column_may_lack_in_json_lines_alone() -> None:
    """There a key that is not there is a value that is missing."""
    features = (Feature("a", Kind.FLOAT, accepts_missing=True),)
    assert 2 == len(feature_rows("f.jsonl", batch(True, b=[1, 2]), features).rows)
    with pytest.raises(UserFault, match="no column a, which"):
        feature_rows("f.csv", batch(b=[1, 2]), features)
