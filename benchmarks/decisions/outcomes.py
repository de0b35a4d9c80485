"""What did a rule make of the rollouts of one scenario?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.decisions.counted import LOOK_SECONDS, Counted

NEVER = -1
"""Instead of the look at which a version was rolled back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often, how soon, and at what price."""

    rolled_back: int
    of: int
    median_seconds: float | None
    p90_seconds: float | None
    """Of those that were rolled back; None: none was."""
    failed_requests: float
    """What the new version failed until then, or until the end; mean over all rollouts."""

    @property
    def percent(self) -> float:
        """The share that was rolled back."""
        return 100 * self.rolled_back / self.of


def outcome(looks: Sequence[int], canary: Counted) -> Outcome:
    """What is to be told of rollouts that ended at these looks, counted from 0, or NEVER."""
    ended = np.asarray(looks)
    found = (ended[ended != NEVER] + 1) * LOOK_SECONDS
    last = np.where(ended == NEVER, canary.errors.shape[1] - 1, ended)
    failed = np.cumsum(canary.errors, axis=1)[np.arange(len(ended)), last]
    return Outcome(
        rolled_back=len(found),
        of=len(ended),
        median_seconds=float(np.median(found)) if len(found) else None,
        p90_seconds=float(np.percentile(found, 90)) if len(found) else None,
        failed_requests=float(failed.mean()),
    )
