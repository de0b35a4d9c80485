"""On which rows two runtimes are compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.verification_rows import HOLED_ROWS, INTERPOLATED_ROWS, verification_rows

FEATURES = (
    Feature("number", Kind.FLOAT, accepts_missing=True),
    Feature("whole", Kind.INTEGER),
    Feature("text", Kind.CATEGORY, accepts_missing=True),
)
SIGNATURE = Signature(Task.REGRESSION, (), FEATURES, False)
REAL = Rows(
    np.array([[0.0, 1.0], [1.0, 5.0], [np.nan, 2.0]]),
    np.array([["a"], ["b"], [""]], dtype=object),
)


def test_real_rows_come_first() -> None:
    """The observed rows are unchanged in front; the invented ones follow."""
    sample = verification_rows(REAL, SIGNATURE, 7)
    assert (3, 3 + INTERPOLATED_ROWS + HOLED_ROWS) == (sample.real, len(sample.rows))
    assert np.array_equal(REAL.numbers, sample.rows.numbers[:3], equal_nan=True)


def test_equal_seeds_give_equal_rows() -> None:
    """The verdict, and so the bundle, does not depend on chance."""
    first, second = (verification_rows(REAL, SIGNATURE, 7).rows for _ in range(2))
    assert np.array_equal(first.numbers, second.numbers, equal_nan=True)
    assert first.texts.tolist() == second.texts.tolist()


def test_invented_rows_stay_inside() -> None:
    """Between two rows: within their range, whole where whole, a text of one of them."""
    rows = verification_rows(REAL, SIGNATURE, 7).rows
    between = rows.numbers[3 : 3 + INTERPOLATED_ROWS]
    assert (0.0, 1.0) == (np.nanmin(between[:, 0]), np.nanmax(between[:, 0]))
    assert {1.0, 2.0, 3.0, 4.0, 5.0} == set(between[:, 1].tolist())
    assert {"a", "b", ""} == set(rows.texts[3 : 3 + INTERPOLATED_ROWS, 0].tolist())


def test_holes_only_where_they_are_accepted() -> None:
    """Missing and unseen values are tried where the model takes them, and there only."""
    rows = verification_rows(REAL, SIGNATURE, 7).rows
    holed = rows.part(3 + INTERPOLATED_ROWS, len(rows))
    assert np.isnan(holed.numbers).any(axis=0).tolist() == [True, False]
    assert {"a text never seen", ""} < set(holed.texts[:, 0].tolist())
    closed = tuple(replace(f, accepts_missing=False, categories=("", "a", "b")) for f in FEATURES)
    whole = Rows(REAL.numbers[:2], REAL.texts[:2])
    sample = verification_rows(whole, replace(SIGNATURE, features=closed), 7)
    assert not np.isnan(sample.rows.numbers).any()
    assert {"a", "b"} == set(sample.rows.texts[:, 0].tolist())
