"""On which rows two runtimes are compared."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.verification_rows import (
    HOLED_ROWS,
    INTERPOLATED_ROWS,
    OUTSIDE_ROWS,
    verification_rows,
)

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

INSIDE = len(REAL) + INTERPOLATED_ROWS + HOLED_ROWS


@dataclass(frozen=True)
class Sums:
    """A model that adds up; it refuses numbers below `least`, as a logarithm does."""

    signature: Signature = SIGNATURE
    least: float = -np.inf

    def predict(self, rows: Rows) -> Prediction:
        """The sum of each row's numbers."""
        if (rows.numbers < self.least).any():
            raise ValueError("no logarithm")
        return Prediction(np.nansum(rows.numbers, axis=1), None)


def test_real_rows_come_first() -> None:
    """The observed rows are unchanged in front; the invented ones follow."""
    sample = verification_rows(REAL, Sums(), 7)
    assert 3 == sample.real
    assert INSIDE + sample.outside == len(sample.rows)
    assert np.array_equal(REAL.numbers, sample.rows.numbers[:3], equal_nan=True)


def test_equal_seeds_give_equal_rows() -> None:
    """The verdict, and so the bundle, does not depend on chance."""
    first, second = (verification_rows(REAL, Sums(), 7).rows for _ in range(2))
    assert np.array_equal(first.numbers, second.numbers, equal_nan=True)
    assert first.texts.tolist() == second.texts.tolist()


def test_invented_rows_stay_inside() -> None:
    """Between two rows: within their range, whole where whole, a text of one of them."""
    rows = verification_rows(REAL, Sums(), 7).rows
    between = rows.numbers[3 : 3 + INTERPOLATED_ROWS]
    assert (0.0, 1.0) == (np.nanmin(between[:, 0]), np.nanmax(between[:, 0]))
    assert {1.0, 2.0, 3.0, 4.0, 5.0} == set(between[:, 1].tolist())
    assert {"a", "b", ""} == set(rows.texts[3 : 3 + INTERPOLATED_ROWS, 0].tolist())


def test_holes_only_where_they_are_accepted() -> None:
    """Missing and unseen values are tried where the model takes them, and there only."""
    rows = verification_rows(REAL, Sums(), 7).rows
    holed = rows.part(3 + INTERPOLATED_ROWS, INSIDE)
    assert np.isnan(holed.numbers).any(axis=0).tolist() == [True, False]
    assert {"a text never seen", ""} < set(holed.texts[:, 0].tolist())
    closed = tuple(replace(f, accepts_missing=False, categories=("", "a", "b")) for f in FEATURES)
    whole = Rows(REAL.numbers[:2], REAL.texts[:2])
    sample = verification_rows(whole, Sums(replace(SIGNATURE, features=closed)), 7)
    assert not np.isnan(sample.rows.numbers).any()
    assert {"a", "b"} == set(sample.rows.texts[:, 0].tolist())


def test_one_number_lies_outside() -> None:
    """Above, below, zero and of the other sign; whole where whole; never a boolean."""
    sample = verification_rows(REAL, Sums(), 7)
    outside = sample.rows.part(INSIDE, len(sample.rows)).numbers
    assert 4 * OUTSIDE_ROWS == sample.outside == len(outside)
    above, below = outside[:OUTSIDE_ROWS], outside[OUTSIDE_ROWS : 2 * OUTSIDE_ROWS]
    assert 1000 < np.nanmax(above)
    assert -1000 > np.nanmin(below)
    assert ((above[:, 0] > 1) ^ (above[:, 1] > 5)).all()
    assert (outside[:, 1] == np.round(outside[:, 1])).all()
    assert {-1.0, -2.0, -5.0} <= set(outside[3 * OUTSIDE_ROWS :, 1].tolist())
    flags = tuple(replace(feature, kind=Kind.BOOLEAN) for feature in FEATURES[:2])
    booleans = Sums(replace(SIGNATURE, features=(*flags, FEATURES[2])))
    assert 0 == verification_rows(REAL, booleans, 7).outside


def test_what_the_model_itself_refuses_is_left_out() -> None:
    """A logarithm of -3 says nothing about a conversion."""
    sample = verification_rows(REAL, Sums(least=0.0), 7)
    outside = sample.rows.part(INSIDE, len(sample.rows))
    assert 2 * OUTSIDE_ROWS == sample.outside
    assert 0 <= np.nanmin(outside.numbers)
