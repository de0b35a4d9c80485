"""How does a row get the same answer alone and in company, to the last bit?

What is computed row by row (trees, scalers, encoders) does so by itself. Other arithmetic goes
through vector registers, where the order in which numbers are summed, or which of two routines
computes an exponential, depends on how many rows there are and where a row begins:

- One row is multiplied with a matrix by another routine than several. Rows beyond a multiple of
  four, or numbers beyond the last full register (four float32, two float64 in what ONNX Runtime
  takes from Eigen), go through a routine for leftovers. So the number of rows is made a multiple of
  four by repeating the last row.
- Sums over the numbers of one row (Eigen's ReduceSum and ReduceMean) begin at the first address
  that fills a register: every row is asked four times, so that each begins at such an address.

Tried with 76 models, 1 to 300 rows in any company, on processors with AVX-512, AVX2, AVX and none
of them (emulated). Other processors may round otherwise, but in the same way for all rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from modelbundle.prediction import Prediction

_KEPT = 512  # up to so many rows are arranged without a new index


class RowPadding:
    """`copies` of each row, side by side, and so many rows that `multiple` divides them."""

    __slots__ = ("_index", "copies", "multiple")

    def __init__(self, copies: int, multiple: int) -> None:
        self.copies = copies
        self.multiple = multiple
        self._index = np.arange(_KEPT) // copies

    def of(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What the model is to be asked for these rows: themselves, where nothing is to be done."""
        count = len(values)
        needed = self._needed(count)
        if needed == count:
            return values
        index = self._index[:needed] if needed <= _KEPT else np.arange(needed) // self.copies
        # Behind the last row, "clip" takes the last row.
        return values.take(index, 0, None, "clip")

    def own(self, found: Prediction, count: int) -> Prediction:
        """The answers to `count` rows, out of those to the rows as `of` made them."""
        if len(found.values) == count:
            return found
        if self.copies == 1:
            return found.part(0, count)
        own = slice(0, count * self.copies, self.copies)
        shares = found.probabilities
        return Prediction(found.values[own].copy(), None if shares is None else shares[own].copy())

    def _needed(self, count: int) -> int:
        rows = count * self.copies
        return rows + -rows % self.multiple
