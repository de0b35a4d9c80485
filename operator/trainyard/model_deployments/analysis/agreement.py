"""Do two versions answer alike, as far as so many rows can say?

The number of rows that agree is binomial. Alike is what so many rows would hardly show where the
share were the one that is asked for, or less; unlike what they would hardly show where it were that
or more; between the two nobody knows.
"""

from __future__ import annotations

import math

from trainyard.model_deployments.analysis.evidence import Answer


def agreement(agreed: int, rows: int, min_share: float, alpha: float) -> Answer:
    """Return whether the share of agreeing rows is at least `min_share`.

    `alpha`: the chance of either answer where the share is exactly that.
    """
    if not rows:
        return Answer.NO_EVIDENCE
    if agreed == rows and min_share >= 1:
        return Answer.PASS
    if _at_most(agreed, rows, min_share) <= alpha:
        return Answer.FAIL
    if _at_most(rows - agreed, rows, 1 - min_share) <= alpha:
        return Answer.PASS
    return Answer.NO_EVIDENCE


def _at_most(count: int, rows: int, share: float) -> float:
    """Return the chance of at most so many of the rows, each with this chance."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return float(count >= rows)
    log_share, log_rest = math.log(share), math.log1p(-share)
    logs = [
        math.lgamma(rows + 1)
        - math.lgamma(k + 1)
        - math.lgamma(rows - k + 1)
        + k * log_share
        + (rows - k) * log_rest
        for k in range(count + 1)
    ]
    most = max(logs)
    return min(1.0, math.exp(most) * math.fsum(math.exp(log - most) for log in logs))
