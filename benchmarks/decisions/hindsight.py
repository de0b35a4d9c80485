"""Which fixed line would have been the best, had one known the scenario before?

For every way to measure it takes the lowest line that rolls back no more of the healthy twins than
declared, and of these the one under which the bad version fails the fewest requests. No one can
choose like that: it needs the result.
"""

from __future__ import annotations

import numpy as np

from benchmarks.decisions.counted import Rollouts
from benchmarks.decisions.outcomes import Outcome, outcome
from benchmarks.decisions.thresholds import Line, failure_rates

DECLARED = 0.01
WAYS = tuple((every, over, limit) for every, over in ((15, 15), (15, 60), (60, 60), (300, 300))
             for limit in (1, 2, 3, 5))  # fmt: skip


def best_line(healthy: Rollouts, bad: Rollouts) -> Line:
    """The line under which the bad version fails the fewest requests."""
    lines = [_line(healthy, *way) for way in WAYS]
    return min(lines, key=lambda line: _price(line, bad))


def of_line(line: Line, found: Rollouts) -> Outcome:
    """What the line makes of these rollouts."""
    return outcome(line.looks(found), found.canary)


def _price(line: Line, bad: Rollouts) -> float:
    return of_line(line, bad).failed_requests


def _line(healthy: Rollouts, every: int, over: int, limit: int) -> Line:
    rates = np.nan_to_num(failure_rates(healthy.canary, every, over))
    reached = np.sort(rates, axis=1)[:, -limit]
    failing = float(np.quantile(reached, 1 - DECLARED, method="higher"))
    return Line(every, over, failing, limit)
