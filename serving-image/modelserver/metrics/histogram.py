"""How are times and sizes counted without keeping them? Fixed bounds, plain integers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


class Histogram:
    """How many values were at most each bound, and their sum. Lives in one thread."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """The value has been seen once more."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def observe_mean(self, value: float, times: int) -> None:
        """So many values have been seen, whose mean this is."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times

    def observe_all(self, values: Sequence[float]) -> None:
        """Each of the values has been seen; mostly all fall between the same bounds."""
        bounds = self.bounds
        least = bisect_left(bounds, min(values))
        if least == bisect_left(bounds, max(values)):
            self.counts[least] += len(values)
        else:
            for value in values:
                self.counts[bisect_left(bounds, value)] += 1
        self.total += sum(values)

    def observe_since(self, starts: Sequence[float], now: float) -> None:
        """The time from each of the starts to `now` has been seen; starts rise, one at least.

        Mostly the first and the last fall between the same bounds, and so do all between them.
        """
        if len(starts) == 1:
            self.observe(now - starts[0])
            return
        bounds = self.bounds
        longest = bisect_left(bounds, now - starts[0])
        if longest == bisect_left(bounds, now - starts[-1]):
            self.counts[longest] += len(starts)
        else:
            for start in starts:
                self.counts[bisect_left(bounds, now - start)] += 1
        # A sum must never fall, not even by what floats round off.
        self.total += max(0.0, now * len(starts) - sum(starts))
