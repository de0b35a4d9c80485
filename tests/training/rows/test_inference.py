"""Which type undeclared columns get."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.rows.inference import MAX_CATEGORIES, InferredColumn
from trainer.tasks.ingest_task import ColumnType


def _type(*batches: pa.Array) -> ColumnType:
    column = InferredColumn()
    for batch in batches:
        column.observe(batch)
    return column.type


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(["1", "", "-20"], "Integer", id="whole numbers and gaps"),
        pytest.param(["0", "1"], "Integer", id="zeros and ones stay numbers"),
        pytest.param(["1", "NA", "2.5"], "Float", id="one fraction among whole numbers"),
        pytest.param(["01234", "98765"], "Category", id="post codes are no numbers"),
        pytest.param(["True", "false"], "Boolean", id="words of truth"),
        pytest.param(["yes", "no"], "Category", id="other words are categories"),
        pytest.param(["2026-01-01", "2026-01-02T03:04:05Z"], "Timestamp", id="times"),
        pytest.param(["1", "2", "x"], "Category", id="one word among few numbers"),
        pytest.param(["1234567890123456789", "-5"], "Integer", id="19 digits"),
        pytest.param(["12345678901234567890", "5"], "Category", id="20 digits are an id"),
        pytest.param(["NaN", "x"], "Category", id="a word for missing beside a text"),
        pytest.param(["", None], "String", id="nothing at all"),
        pytest.param([str(n) + "x" for n in range(MAX_CATEGORIES + 1)], "String", id="free text"),
    ],
)
def test_the_narrowest_type_that_holds_every_cell(texts: list[str | None], expected: str) -> None:
    """Judged by all cells, not by the first ones."""
    cells = [None if text is None else text.encode() for text in texts]
    assert ColumnType(expected) == _type(pa.array(cells, pa.binary()))


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["1", "2.5", "x", "", "true", "2026-01-01", "007", "+5", "NA", "1e400"]),
        min_size=1,
    )
)
def test_batches_do_not_matter(texts: list[str]) -> None:
    """The type is the same however the cells are cut."""
    arrays = [pa.array([text]) for text in texts]
    assert _type(pa.array(texts)) == _type(*arrays)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        pytest.param(pa.array([1.0]), "Float", id="floats"),
        pytest.param(pa.array([1, None]), "Integer", id="integers"),
        pytest.param(pa.array([True]), "Boolean", id="booleans"),
        pytest.param(pa.array([0], pa.timestamp("us", "UTC")), "Timestamp", id="times"),
        pytest.param(pa.array(["a"]), "Category", id="texts"),
    ],
)
def test_typed_files_tell_their_types(array: pa.Array, expected: str) -> None:
    """Parquet knows."""
    assert ColumnType(expected) == _type(array)


def test_two_files_with_different_types_share_the_wider_one() -> None:
    """Integers in one, floats in the other."""
    assert ColumnType.FLOAT == _type(pa.array([1]), pa.array([1.5]))
    assert ColumnType.CATEGORY == _type(pa.array([1]), pa.array(["x"]))


@pytest.mark.parametrize(
    ("texts", "odd"),
    [
        pytest.param(["1"] * 19 + ["?"], (20, "?"), id="one word among numbers"),
        pytest.param(["1,5"] * 20, (1, "1,5"), id="decimal commas"),
        pytest.param(["31/12/2025"] * 20, (1, "31/12/2025"), id="days first"),
        pytest.param(["$1"] * 9 + ["x"], (10, "x"), id="money and a word"),
        pytest.param(["2026-01-01"] * 19 + ["soon"], (20, "soon"), id="a word among times"),
        pytest.param(["true"] * 19 + ["maybe"], (20, "maybe"), id="a word among truths"),
        pytest.param(["02:30:00"] * 20, (1, "02:30:00"), id="durations"),
    ],
)
def test_what_nine_in_ten_cells_say_is_not_dropped_in_silence(
    texts: list[str], odd: tuple[int, str]
) -> None:
    """The column is nearly something, and the first cell that says no is known."""
    column = InferredColumn()
    column.observe(pa.array(texts))
    assert odd == column.odd_cells(column.nearly)[0]


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["left", "right"] * 10, id="words"),
        pytest.param(["01234"] + ["98765"] * 19, id="post codes"),
        pytest.param(["1"] * 8 + ["x", "y"], id="too many words among numbers"),
        pytest.param(["1.2.3", "1.10.2"] * 10, id="versions"),
    ],
)
def test_texts_that_are_meant_as_texts_are_nearly_nothing(texts: list[str]) -> None:
    """Nobody is asked about them."""
    column = InferredColumn()
    column.observe(pa.array(texts))
    assert frozenset() == column.nearly
