"""Rules with fixed lines: what Flagger and Argo Rollouts show as their examples, and the best line.

Flagger (https://docs.flagger.app/usage/how-it-works, fluxcd/flagger `pkg/controller/scheduler.go`):
once a minute the success rate of the new version over the last minute must be at least 99 % and its
p99 at most 500 ms; a minute that is not, or has no request, is a failed check; failed checks are
never taken back, and at `threshold: 5` it rolls back (at the next minute; here at once).

Argo Rollouts (https://argo-rollouts.readthedocs.io/en/stable/features/analysis): every 5 minutes
`irate` of the success rate, over the last two scrapes, must be at least 95 %; with
`failureLimit: 3` the third such measurement ends it in the words of its page (here so), the fourth
in its code. No request gives NaN, which is no success.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.decisions.counted import EDGES, LOOK_SECONDS, Counted, Rollouts
from benchmarks.decisions.outcomes import NEVER


@dataclass(frozen=True, slots=True)
class Line:
    """Rolls back at the `limit`-th measurement beyond a line; they are never taken back."""

    every: int
    """Seconds from one measurement to the next."""
    over: int
    """Seconds that a measurement looks back."""
    failing: float
    """Share of failed requests that is too much."""
    limit: int
    slow_ms: float | None = None
    """p99 in milliseconds that is too much; None: not looked at."""

    def looks(self, found: Rollouts) -> Sequence[int]:
        """At which look each rollout is rolled back, or NEVER."""
        rates = failure_rates(found.canary, self.every, self.over)
        bad = ~(rates <= self.failing)  # no request: no number, and nothing is shown
        if self.slow_ms is not None and found.canary.within.size:
            bad |= p99_beyond(found.canary, self.slow_ms, self.every, self.over)
        return ends(bad, self.limit, self.every)


FLAGGER = Line(every=60, over=60, failing=0.01, limit=5, slow_ms=500)
ARGO = Line(every=300, over=15, failing=0.05, limit=3)
ARGO_AT_ONE_PERCENT = Line(every=60, over=60, failing=0.01, limit=3)
"""With Flagger's line and interval."""


def failure_rates(canary: Counted, every: int, over: int) -> NDArray[np.float64]:
    """The share of failed requests: rollouts × measurements; NaN: there was no request."""
    requests, errors = (_last(n, every, over) for n in (canary.requests, canary.errors))
    with np.errstate(invalid="ignore"):
        return np.asarray(errors / requests)


def p99_beyond(canary: Counted, slow_ms: float, every: int, over: int) -> NDArray[np.bool_]:
    """Whether the 99th percentile is beyond the edge next to it."""
    edge = next(i for i, name in enumerate(EDGES) if float(name) >= slow_ms)
    within = _last(canary.within[:, :, edge], every, over)
    return np.asarray(within < 0.99 * _last(canary.requests, every, over))


def ends(bad: NDArray[np.bool_], limit: int, every: int) -> Sequence[int]:
    """At which look the `limit`-th bad measurement of each rollout is, or NEVER."""
    reached = np.cumsum(bad, axis=1) >= limit
    at = np.argmax(reached, axis=1)
    look = (at + 1) * (every // LOOK_SECONDS) - 1
    return [int(n) for n in np.where(reached.any(axis=1), look, NEVER)]


def _last(numbers: NDArray[np.int64], every: int, over: int) -> NDArray[np.int64]:
    """Sums over the last `over` seconds at each measurement."""
    step, width = every // LOOK_SECONDS, over // LOOK_SECONDS
    sums = np.cumsum(numbers, axis=1)
    at = np.arange(step - 1, numbers.shape[1], step)
    before = np.where(at >= width, sums[:, at - width], 0)
    return np.asarray(sums[:, at] - before)
