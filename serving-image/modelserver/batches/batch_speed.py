"""How long will a batch of so many rows take the model?"""

from __future__ import annotations

import math

_FORGETTING = 1.05
_CLASSES = 64


class BatchSpeed:
    """The quickest of the recent batches, for each size up to the next power of two.

    The quickest, because a busy machine makes single batches slower, never quicker: an average
    that one pause has spoilt would send every batch to the thread, where sharing the interpreter
    with the loop keeps them slow. A model that has become slow is believed after a while, because
    what is known grows by a twentieth with each batch.
    """

    def __init__(self) -> None:
        self._quickest: list[float | None] = [None] * _CLASSES

    def expected_seconds(self, rows: int) -> float:
        """Known from batches of this size, else from the next smaller ones in proportion, else
        from larger ones; infinite before the first batch.
        """
        size = rows.bit_length()
        known = self._quickest[size]
        if known is not None:
            return known
        for smaller in range(size - 1, -1, -1):
            known = self._quickest[smaller]
            if known is not None:
                return math.ldexp(known, size - smaller)
        larger = [seconds for seconds in self._quickest[size:] if seconds is not None]
        return larger[0] if larger else math.inf

    def add(self, rows: int, seconds: float) -> None:
        """One more batch is known."""
        size = rows.bit_length()
        known = self._quickest[size]
        self._quickest[size] = seconds if known is None else min(seconds, known * _FORGETTING)
