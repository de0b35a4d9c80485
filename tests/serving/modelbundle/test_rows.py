"""One table for training and serving."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from modelbundle.rows import concatenated, frame_for_model, frame_of_rows, rows_of_frame
from modelbundle.signature import Feature, Kind

FEATURES = (
    Feature("size", Kind.FLOAT),
    Feature("site", Kind.CATEGORY),
    Feature("age", Kind.INTEGER),
    Feature("smoker", Kind.BOOLEAN),
)
RAW = pd.DataFrame(
    {
        "smoker": pd.array([True, None, False], dtype="boolean"),
        "age": pd.array([30, 40, None], dtype="Int64"),
        "site": ["left", None, "right"],
        "size": [1.5, None, 3.0],
        "extra": [0, 0, 0],
    }
)


def test_table_is_in_feature_order_with_two_dtypes() -> None:
    """Numbers are float64 with NaN, categories are texts with ""; other columns are gone."""
    table = frame_for_model(RAW, FEATURES)
    expected = pd.DataFrame(
        {
            "size": [1.5, np.nan, 3.0],
            "site": pd.Series(["left", "", "right"], dtype=object),
            "age": [30.0, 40.0, np.nan],
            "smoker": [1.0, np.nan, 0.0],
        }
    )
    pd.testing.assert_frame_equal(expected, table)


def test_serving_builds_the_table_of_training() -> None:
    """Rows to table and back change nothing."""
    table = frame_for_model(RAW, FEATURES)
    again = frame_of_rows(rows_of_frame(table, FEATURES), FEATURES)
    pd.testing.assert_frame_equal(table, again)


def test_categories_that_are_numbers_become_texts() -> None:
    """A column of codes read as integers is a category of their texts."""
    table = frame_for_model(pd.DataFrame({"c": [1, 2]}), (Feature("c", Kind.CATEGORY),))
    assert ["1", "2"] == table["c"].tolist()


def test_parts_and_whole_are_the_same_rows() -> None:
    """Batching takes rows together and apart without touching them."""
    rows = rows_of_frame(RAW, FEATURES)
    whole = concatenated([rows.part(0, 1), rows.part(1, 3)])
    np.testing.assert_array_equal(rows.numbers, whole.numbers)
    np.testing.assert_array_equal(rows.texts, whole.texts)


def test_missing_column_is_named() -> None:
    """The message names the column."""
    with pytest.raises(KeyError, match="no column 'size'"):
        rows_of_frame(pd.DataFrame({"a": [1]}), FEATURES)
