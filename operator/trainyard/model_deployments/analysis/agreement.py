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


def agreement_so_far(agreed: int, pairs: int, min_share: float, alpha: float) -> Answer:
    """Return the same where pairs keep coming and are looked at again and again.

    `alpha`: the chance of ever giving either answer where the share is exactly that. The bound is
    Ville's, on the likelihood of the pairs averaged over all shares on the other side (Robbins
    1970, doi:10.1214/aoms/1177696786).
    """
    if not pairs:
        return Answer.NO_EVIDENCE
    if min_share >= 1:
        return Answer.FAIL if agreed < pairs else Answer.NO_EVIDENCE
    wanted = -math.log(alpha)
    if _evidence_above(pairs - agreed, pairs, 1 - min_share) >= wanted:
        return Answer.FAIL
    above = min_share <= 0 or _evidence_above(agreed, pairs, min_share) >= wanted
    return Answer.PASS if above else Answer.NO_EVIDENCE


def share_so_far(agreed: int, pairs: int, alpha: float) -> tuple[float, float]:
    """Return bounds of the share that are ever wrong with the chance `alpha`, each."""
    low = _bound(agreed, pairs, alpha)
    return low, 1 - _bound(pairs - agreed, pairs, alpha)


def _bound(count: int, pairs: int, alpha: float) -> float:
    """Return the highest share that is refuted from below, to six digits."""
    low, high = 0.0, count / pairs
    while high - low > 1e-6:
        middle = (low + high) / 2
        if _evidence_above(count, pairs, middle) >= -math.log(alpha):
            low = middle
        else:
            high = middle
    return low


def _evidence_above(count: int, rows: int, share: float) -> float:
    """Return the logarithm of how much likelier the rows are with a greater share, on average."""
    if share <= 0:
        return math.inf if count else 0.0
    rest = 1 - share
    above = _at_most(count, rows + 1, share)
    if not above or not rest:
        return -math.inf
    average = math.lgamma(count + 1) + math.lgamma(rows - count + 1) - math.lgamma(rows + 2)
    there = count * math.log(share) + (rows - count) * math.log(rest)
    return average + math.log(above) - math.log(rest) - there


def _at_most(count: int, rows: int, share: float) -> float:
    """Return the chance of at most so many of the rows, each with this chance."""
    if share <= 0 or count >= rows:
        return 1.0
    if share >= 1 or count < 0:
        return 0.0
    if count < rows * share:
        return _tail(count, rows, share)
    return 1 - _tail(rows - count - 1, rows, 1 - share)


def _tail(count: int, rows: int, share: float) -> float:
    """Return the same for a count below the mean: terms shrink from the first one on."""
    if count < 0:
        return 0.0
    ways = math.lgamma(rows + 1) - math.lgamma(count + 1) - math.lgamma(rows - count + 1)
    term = math.exp(ways + count * math.log(share) + (rows - count) * math.log1p(-share))
    total = term
    for k in range(count, 0, -1):
        term *= k * (1 - share) / ((rows - k + 1) * share)
        total += term
        if term <= total * _NOTHING:
            break
    return min(1.0, total)


_NOTHING = 1e-17
