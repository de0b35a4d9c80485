"""A sample that stands for all rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.rows.row_digests import positions as positions_of
from trainer.rows.row_digests import row_keys
from trainer.rows.sampling import RowSample, Sample


def _sample(values: list[int], step: int, columns: int = 1) -> Sample:
    sample = RowSample(columns)
    for start in range(0, len(values), step):
        batch = pa.RecordBatch.from_arrays([pa.array(values[start : start + step])], names=["a"])
        sample.add(batch, positions_of(row_keys(batch)), start + 1)
    found = sample.result()
    assert found is not None
    return found


def test_few_rows_are_all_there() -> None:
    """In their order, with their numbers; repeated rows are marked."""
    sample = _sample([5, 6, 5, 7], 3)
    assert [5, 6, 5, 7] == sample.rows.column("a").to_pylist()
    assert ([1, 2, 3, 4], [True, True, False, True]) == (
        sample.numbers.tolist(),
        sample.distinct.tolist(),
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(100, 5000))
def test_many_rows_are_sampled_alike_however_they_come(step: int) -> None:
    """The same rows, whatever the batches."""
    values = list(range(8000))
    found, expected = _sample(values, step, 2000), _sample(values, 8000, 2000)
    assert 1000 == found.rows.num_rows
    assert expected.numbers.tolist() == found.numbers.tolist()
    assert expected.rows.equals(found.rows)


def test_the_sample_is_uniform() -> None:
    """Each tenth of the rows gives about a tenth of the sample."""
    found = _sample(list(range(20_000)), 4096, 2000)
    tenths = np.bincount((found.numbers.astype(int) - 1) // 2000, minlength=10)
    assert 1000 == tenths.sum()
    assert all(60 <= count <= 140 for count in tenths.tolist())


def test_texts_are_kept_short() -> None:
    """So that memory is bounded."""
    sample = RowSample(1)
    batch = pa.RecordBatch.from_arrays([pa.array(["x" * 10_000])], names=["a"])
    sample.add(batch, np.zeros(1, dtype=np.uint64), 1)
    found = sample.result()
    assert found is not None
    assert ["x" * 256] == found.rows.column("a").to_pylist()


def test_without_rows_there_is_no_sample() -> None:
    """Nothing stands for nothing."""
    assert RowSample(1).result() is None
