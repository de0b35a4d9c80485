"""Rows as services see them."""

from __future__ import annotations

import numpy as np

from benchmarks.monitoring.live_rows import (
    A_FLAG,
    COLUMNS,
    HALF_A_DEVIATION,
    LARGEST_BURST,
    rows,
    with_burst,
)


def test_only_the_column_with_drift_differs() -> None:
    """By half a deviation, or from 5 % to 20 %."""
    plain = rows(np.random.default_rng(1), 4000)
    assert (4000, COLUMNS) == plain.shape
    for drift, least, most in ((HALF_A_DEVIATION, 0.4, 0.6), (A_FLAG, 0.12, 0.18)):
        differ = rows(np.random.default_rng(1), 4000, drift).mean(axis=0) - plain.mean(axis=0)
        assert least < differ[drift.column] < most
        assert np.abs(np.delete(differ, drift.column)).max() < 0.12


def test_a_burst_is_one_row_again_and_again() -> None:
    """In at most a tenth of the window."""
    random = np.random.default_rng(1)
    shares = []
    for _ in range(20):
        found = with_burst(random, rows(random, 1000))
        shares.append((found == found[0]).all(axis=1).mean())
    assert LARGEST_BURST / 3 < np.mean(shares) < LARGEST_BURST
    assert max(shares) < 1.3 * LARGEST_BURST
