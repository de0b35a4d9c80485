"""What the model server promises of a row's answer: the same alone and together, within 1e-6."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Rows

TOLERANCE = 1e-6


def assert_same_in_batches(runtime: Runtime, rows: Rows, sizes: Iterable[int]) -> None:
    """The rows get the answers that they get all together, in batches of each of these sizes."""
    together = runtime.predict(rows)
    for size in sizes:
        for start in range(0, len(rows) - size + 1, size):
            stop = start + size
            assert_close(together, start, runtime.predict(rows.part(start, stop)))


def assert_close(together: Prediction, start: int, found: Prediction) -> None:
    """Labels are equal; probabilities are within 1e-6, numbers within 1e-6 of their size or of the
    spread of all of them.
    """
    expected = together.part(start, start + len(found.values))
    if expected.values.dtype == np.float64:
        spread = np.std(together.values, axis=0)
        scale = np.maximum(np.abs(expected.values), spread)
        assert (np.abs(found.values - expected.values) <= TOLERANCE * scale).all()
    else:
        assert expected.values.tolist() == found.values.tolist()
    if expected.probabilities is not None:
        assert found.probabilities is not None
        assert (np.abs(found.probabilities - expected.probabilities) <= TOLERANCE).all()
