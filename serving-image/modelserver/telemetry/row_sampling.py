"""Which rows are counted in the bins, when there are too many to count all?

A few thousand rows a minute tell whether live values look like those of the training: ten bins of
n rows give a population stability index of about 9/n by chance alone, and 0.1 is much. More rows
would cost time of requests and find nothing that matters.

Every row of a moment has the same chance, 1 in `one_in`, drawn for each row by itself: it depends
on nothing but how many rows were counted before, so neither values, nor the size of a request or a
batch, nor the place in it make a row more likely. With little traffic the chance is 1. It is halved
whenever a second's budget is used up, and doubled for each second that needed less than half of it;
so a row of a quiet second weighs more than one of a busy second. A batch without such a row costs
two comparisons.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows


class Counting(Protocol):
    """Who counts rows."""

    def add(self, rows: Rows, predicted: Prediction, start: int, stop: int) -> None:
        """Rows start up to, not including, stop are counted, with the answers to them."""


class RowSampling:
    """Shows some of the rows to `counting`: with much traffic half of `budget` a second to all.

    `chance`: numbers evenly spread over [0, 1).
    """

    def __init__(self, counting: Counting, budget: int, chance: Callable[[], float]) -> None:
        self.one_in = 1
        self._counting = counting
        self._chance = chance
        self._budget = self._left = budget
        self._second_ends = 0.0
        self._per_log = 0.0
        self._gap = 0  # so many rows are passed over before the next is counted

    def __call__(self, rows: Rows, predicted: Prediction, now: float) -> None:
        """Those of the rows are counted whose turn it is; `now` in seconds."""
        if now >= self._second_ends:
            self._begin_second(now)
        count = len(rows.numbers)
        if self._gap >= count:
            self._gap -= count
            return
        if self.one_in == 1:
            self._counting.add(rows, predicted, 0, count)
            self._left -= count
        else:
            self._draw(rows, predicted, count)
        if self._left <= 0:
            self._set(self.one_in * 2)

    def _begin_second(self, now: float) -> None:
        if self.one_in > 1:
            quiet = (self._left > self._budget // 2) + int(now - self._second_ends)
            if quiet:
                self._set(max(1, self.one_in >> min(60, quiet)))
        self._left = self._budget
        self._second_ends = now + 1.0

    def _set(self, one_in: int) -> None:
        self.one_in = one_in
        self._per_log = 1.0 / math.log1p(-1.0 / one_in) if one_in > 1 else 0.0
        self._left = self._budget
        self._gap = self._next_gap()

    def _draw(self, rows: Rows, predicted: Prediction, count: int) -> None:
        """Those of so many rows are counted whose turn it is."""
        position = self._gap
        while position < count:
            self._counting.add(rows, predicted, position, position + 1)
            self._left -= 1
            position += 1 + self._next_gap()
        self._gap = position - count

    def _next_gap(self) -> int:
        """Rows before the next hit, when each is hit with the chance 1 in `one_in`."""
        if self.one_in == 1:
            return 0
        return int(math.log(1.0 - self._chance()) * self._per_log)
