"""Rows that are repeated for the model's sake: asked of it, and taken away again."""

from __future__ import annotations

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelbundle.row_padding import RowPadding


@pytest.mark.parametrize(
    ("copies", "multiple", "rows", "asked"),
    [
        pytest.param(1, 1, [5, 6, 7], [5, 6, 7], id="no padding leaves rows as they are"),
        pytest.param(1, 4, [5], [5, 5, 5, 5], id="one row is asked four times"),
        pytest.param(1, 4, [5, 6, 7, 8], [5, 6, 7, 8], id="a full register stays"),
        pytest.param(
            1, 4, [5, 6, 7, 8, 9], [5, 6, 7, 8, 9, 9, 9, 9], id="the last row is repeated"
        ),
        pytest.param(3, 1, [5, 6], [5, 5, 5, 6, 6, 6], id="copies stand side by side"),
        pytest.param(3, 2, [5], [5, 5, 5, 5], id="copies are filled up, too"),
        pytest.param(1, 4, [], [], id="no rows stay none"),
    ],
)
def test_rows_are_repeated(copies: int, multiple: int, rows: list[int], asked: list[int]) -> None:
    """Numbers and texts alike; and each row gets its own answer back."""
    padding = RowPadding(copies, multiple)
    numbers = padding.of(np.array(rows, dtype=np.float64).reshape(-1, 1))
    texts = padding.of(np.array([str(row) for row in rows], dtype=object).reshape(-1, 1))
    assert asked == numbers[:, 0].tolist()
    assert [str(row) for row in asked] == texts[:, 0].tolist()
    answered = Prediction(texts[:, 0], np.column_stack([numbers[:, 0], -numbers[:, 0]]))
    own = padding.own(answered, len(rows))
    assert own.probabilities is not None
    assert [str(row) for row in rows] == own.values.tolist()
    assert [[row, -row] for row in rows] == own.probabilities.tolist()


def test_many_rows_are_repeated_as_few_are() -> None:
    """Beyond the index that is kept, a new one is made."""
    padding = RowPadding(4, 1)
    rows = np.arange(3000.0).reshape(-1, 1)
    asked = padding.of(rows)
    assert np.repeat(rows, 4, axis=0).tolist() == asked.tolist()
    assert rows[:, 0].tolist() == padding.own(Prediction(asked[:, 0], None), 3000).values.tolist()
