"""Which type undeclared columns get."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.rows.inference import MAX_CATEGORIES, InferredColumn
from trainer.tasks.task import ColumnType


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
        pytest.param(["1", "2", "x"], "Category", id="one word among numbers"),
        pytest.param(["", None], "String", id="nothing at all"),
        pytest.param([str(n) + "x" for n in range(MAX_CATEGORIES + 1)], "String", id="free text"),
    ],
)
def test_the_narrowest_type_that_holds_every_cell(texts: list[str | None], expected: str) -> None:
    """Judged by all cells, not by the first ones."""
    cells = [None if text is None else text.encode() for text in texts]
    assert ColumnType(expected) == _type(pa.array(cells, pa.binary()))


@given(st.lists(st.sampled_from(["1", "2.5", "x", "", "true", "2026-01-01", "007"]), min_size=1))
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
