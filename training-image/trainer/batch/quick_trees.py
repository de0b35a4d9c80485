"""How is a model asked in a quicker way that must not change its labels?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Rows
from modelbundle.signature import Signature
from trainer.batch.xgboost_predictor import XGBoostFault

SAME = 1e-6
"""What the order of a sum may change in a probability; of a number, relative to the largest."""
CLOSE = 1e-5
"""Where two classes are closer to each other than this, the order of a sum may decide."""
COMPARED_ROWS = 2000


@dataclass(slots=True)
class QuickTrees:
    """The model, asked in a quicker way, with the labels that it gives as it is served.

    The first rows are asked both ways; where these differ, everything is asked as a server asks.
    So is each row that is so close between two classes that the order of a sum may decide.
    """

    whole: Runtime
    quick: Runtime
    agrees: bool | None = field(default=None, init=False)
    """None: nothing was compared so far."""

    @property
    def signature(self) -> Signature:
        """See Runtime."""
        return self.whole.signature

    def predict(self, rows: Rows) -> Prediction:
        """See Runtime."""
        if self.agrees is None and len(rows):
            self.agrees = self._agrees_on(rows.part(0, min(len(rows), COMPARED_ROWS)))
        return self._answers(rows) if self.agrees else self.whole.predict(rows)

    def _agrees_on(self, rows: Rows) -> bool:
        expected = self.whole.predict(rows)
        try:
            return is_same(expected, self._answers(rows))
        except XGBoostFault:
            return False

    def _answers(self, rows: Rows) -> Prediction:
        found = self.quick.predict(rows)
        if found.probabilities is None:
            return found
        close = np.flatnonzero(_is_close(found.probabilities))
        if not len(close):
            return found
        exact = self.whole.predict(rows.taken(close.tolist()))
        found.values[close] = exact.values
        if exact.probabilities is not None:
            found.probabilities[close] = exact.probabilities
        return found


def is_same(one: Prediction, other: Prediction) -> bool:
    """Whether labels are equal, and what else is answered as equal as the order of a sum allows."""
    if one.probabilities is None or other.probabilities is None:
        scale = max(1.0, float(np.abs(one.values).max(initial=0.0)))
        return bool(np.abs(one.values - other.values).max(initial=0.0) <= SAME * scale)
    differences = np.abs(one.probabilities - other.probabilities)
    return bool((one.values == other.values).all() and differences.max(initial=0.0) <= SAME)


def _is_close(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    if probabilities.shape[1] == 2:
        return np.asarray(np.abs(probabilities[:, 0] - probabilities[:, 1]) < CLOSE)
    ranked = np.partition(probabilities, -2, axis=1)
    return np.asarray(ranked[:, -1] - ranked[:, -2] < CLOSE)
