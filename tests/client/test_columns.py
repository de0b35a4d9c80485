"""Each dtype of a data frame as the type of a column, and what is refused with a sentence."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from trainer.rows.inference import MAX_CATEGORIES
from trainyardclient.columns import MOST_CATEGORIES, columns_of
from trainyardclient.manifests import Undeclarable

KINDS = [
    ("floats", pd.Series([1.0, float("nan")]), "Float"),
    ("small floats", pd.Series([1.0, 2.0], dtype="float32"), "Float"),
    ("integers", pd.Series([1, 2]), "Integer"),
    ("unsigned integers", pd.Series([1, 2], dtype="uint8"), "Integer"),
    ("integers with holes", pd.Series([1, None], dtype="Int64"), "Integer"),
    ("truths", pd.Series([True, False]), "Boolean"),
    ("truths with holes", pd.Series([True, None], dtype="boolean"), "Boolean"),
    ("times", pd.to_datetime(pd.Series(["2026-01-01"])), "Timestamp"),
    ("times with a zone", pd.to_datetime(pd.Series(["2026-01-01"]), utc=True), "Timestamp"),
    ("texts", pd.Series(["a", None]), "Category"),
    ("texts as objects", pd.Series(["a", None], dtype="object"), "Category"),
    ("categories", pd.Series(["a", "b"], dtype="category"), "Category"),
    ("numbers as categories", pd.Series([1, 2], dtype="category"), "Category"),
    ("free texts", pd.Series([str(n) for n in range(MOST_CATEGORIES + 1)]), "String"),
    ("nothing", pd.Series([None, None], dtype="object"), "Category"),
]


@pytest.mark.parametrize(("column", "kind"), [pytest.param(*one[1:], id=one[0]) for one in KINDS])
def test_a_dtype_has_its_type(column: pd.Series, kind: str) -> None:
    """And holes change nothing."""
    (found,) = columns_of(pd.DataFrame({"a": column}), {})
    assert {"name": "a", "type": kind} == found


def test_free_text_begins_where_the_cluster_lets_it_begin() -> None:
    """A column that is inferred there has the same type."""
    assert MAX_CATEGORIES == MOST_CATEGORIES


def test_a_role_stands_beside_the_type() -> None:
    """In the order of the frame."""
    frame = pd.DataFrame({"id": ["x"], "a": [1]})
    first, second = columns_of(frame, {"id": "Id"})
    assert {"name": "id", "type": "Category", "role": "Id"} == first
    assert "role" not in second


REFUSED = [
    ("lists", pd.DataFrame({"a": [[1], [2]]}), {}, "column a: holds list"),
    ("mixed", pd.DataFrame({"a": ["x", 1]}), {}, "column a: holds int"),
    ("decimals", pd.DataFrame({"a": [Decimal("1.5")]}), {}, "column a: holds Decimal"),
    ("spans", pd.DataFrame({"a": pd.period_range("2026", periods=2)}), {}, "holds Period"),
    ("durations", pd.DataFrame({"a": pd.to_timedelta([1, 2])}), {}, "holds Timedelta"),
    ("complex", pd.DataFrame({"a": [1j]}), {}, "column a: holds complex"),
    ("empty texts", pd.DataFrame({"a": ["", "x"]}), {}, "1 texts are empty"),
    ("numbers as names", pd.DataFrame([[1, 2]]), {}, "found 0, 1"),
    ("a name twice", pd.DataFrame([[1, 2]], columns=["a", "a"]), {}, "comes twice"),
    ("a role of nobody", pd.DataFrame({"a": [1]}), {"b": "Id"}, "there is no column b"),
]


@pytest.mark.parametrize(
    ("frame", "roles", "words"), [pytest.param(*one[1:], id=one[0]) for one in REFUSED]
)
def test_what_no_column_can_hold_is_refused(
    frame: pd.DataFrame, roles: dict[str, str], words: str
) -> None:
    """By its name, with what was found."""
    with pytest.raises(Undeclarable, match=words):
        list(columns_of(frame, roles))
