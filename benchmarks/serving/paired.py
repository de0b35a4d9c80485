"""How large is a small difference on a machine that others use too? Pairs, and bounds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

_Z = 1.96


def undisturbed(times: Sequence[float]) -> float:
    """The mean of the quickest quarter: other work on the machine only ever adds."""
    return statistics.fmean(sorted(times)[: max(1, len(times) // 4)])


def median_with_bounds(values: Sequence[float]) -> tuple[float, float, float]:
    """The median, and between which two of the values it lies with 95 %, whatever is their law.

    Ranks from the binomial distribution by its normal approximation (Conover, Practical
    Nonparametric Statistics, 3.2); with fewer than six values the bounds are the extremes.
    """
    ordered = sorted(values)
    count = len(ordered)
    half = _Z * math.sqrt(count) / 2
    low = max(0, math.floor(count / 2 - half) - 1)
    high = min(count - 1, math.ceil(count / 2 + half))
    return statistics.median(ordered), ordered[low], ordered[high]
