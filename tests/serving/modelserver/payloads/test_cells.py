"""May these values stand in this column?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind
from modelserver.payloads.cells import NUMBERS, as_numbers, as_texts, check_rows, check_types
from modelserver.payloads.refusals import RequestRefused

FEATURES = (
    Feature("size", Kind.FLOAT, accepts_missing=True),
    Feature("age", Kind.INTEGER),
    Feature("smoker", Kind.BOOLEAN, accepts_missing=True),
    Feature("site", Kind.CATEGORY, categories=("left", "right")),
    Feature("ward", Kind.CATEGORY, accepts_missing=True),
)


def _rows(*cells: Any) -> Rows:
    return Rows(np.array([cells[:3]], dtype=float), np.array([cells[3:]], dtype=object))


def test_rows_the_model_can_take_pass() -> None:
    """Missing values where they are accepted, any text where the list is open."""
    check_rows(_rows(np.nan, 3, np.nan, "left", ""), FEATURES)
    check_rows(_rows(2.5, -3, 1, "right", "never seen"), FEATURES)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        pytest.param(
            (1, np.nan, 0, "left", ""),
            "row 0: feature 'age' is missing; this model needs it",
            id="a missing value",
        ),
        pytest.param(
            (1, 2.5, 0, "left", ""),
            r"row 0: feature 'age' is 2\.5; expected a whole number",
            id="half a year",
        ),
        pytest.param(
            (1, 2, 7, "left", ""),
            r"row 0: feature 'smoker' is 7\.0; expected true or false",
            id="a boolean seven",
        ),
        pytest.param(
            (1, 2, 0, "", ""), "row 0: feature 'site' is missing", id="no category where needed"
        ),
        pytest.param(
            (1, 2, 0, "above", ""),
            "row 0: feature 'site' is 'above'; this model knows left, right",
            id="a category the model fails on",
        ),
    ],
)
def test_other_rows_are_refused_by_row_and_feature(cells: tuple[Any, ...], message: str) -> None:
    """The sentence says where and what."""
    with pytest.raises(RequestRefused, match=message):
        check_rows(_rows(*cells), FEATURES)


def test_the_first_wrong_type_is_quoted() -> None:
    """True is not a number, though Python counts with it."""
    with pytest.raises(RequestRefused, match=r"x: value 1 is True; expected numbers"):
        check_types([1, True, "a"], NUMBERS, "x", "numbers")


def test_none_is_nan_and_empty() -> None:
    """Missing values as the model's table has them."""
    assert np.isnan(as_numbers([None, 1], "x")[0])
    assert ["", "a"] == as_texts([None, "a"]).tolist()


def test_numbers_beyond_fp64_are_refused() -> None:
    """Too large is told, not turned into infinity."""
    with pytest.raises(RequestRefused, match="too large"):
        as_numbers([10**400], "x")
    with pytest.raises(RequestRefused, match="value 0 is not a finite number"):
        as_numbers([float("inf")], "x")
