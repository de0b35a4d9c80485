"""How much higher is a metric than the champion's, and how sure is that?

Both models answered the same rows, so only rows on which they differ tell them apart: what both
find hard, or easy, is no noise.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from trainer.grades.live_quality import Estimate, share
from trainer.grades.model_answers import ModelAnswers

RESAMPLES = 400
MOST_ROWS = 50_000
"""Of more rows so many are drawn; the bounds are then as wide as theirs."""
_SEED = 20261129


def paired_difference(
    metric: str, candidate: ModelAnswers, champion: ModelAnswers, confidence_percent: int
) -> Estimate | None:
    """The candidate's value less the champion's; None where either has none.

    The bounds enclose the true difference with that confidence: what lies outside is shared by
    both sides. Shares of right answers are bounded exactly,
    as McNemar's test; other metrics by drawing the rows again (bootstrap).
    """
    error = (1 - confidence_percent / 100) / 2
    if metric == "accuracy" and candidate.is_of_one_classifier and candidate.weights is None:
        return _exact(_right(candidate), _right(champion), error)
    return _drawn_again(metric, candidate, champion, error)


def _right(answers: ModelAnswers) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    pairs = zip(answers.truth[0], answers.answers[0].labels, strict=True)
    return np.array([true == found for true, found in pairs], dtype=np.bool_)


def _exact(
    ours: np.ndarray[tuple[int], np.dtype[np.bool_]],
    theirs: np.ndarray[tuple[int], np.dtype[np.bool_]],
    error: float,
) -> Estimate:
    """Of the rows on which one alone is right, the share that is ours has exact bounds."""
    better, worse = int(np.sum(ours & ~theirs)), int(np.sum(theirs & ~ours))
    apart, rows = better + worse, len(ours)
    found = share(better, apart, error)
    if found is None:
        return Estimate(0.0, 0.0, 0.0)
    low, high = ((2 * bound - 1) * apart / rows for bound in (found.low, found.high))
    return Estimate((better - worse) / rows, low, high)


def _drawn_again(
    metric: str, candidate: ModelAnswers, champion: ModelAnswers, error: float
) -> Estimate | None:
    value = _difference(metric, candidate, champion)
    if value is None:
        return None
    chance = np.random.default_rng(_SEED)
    drawn = min(len(candidate), MOST_ROWS)
    found: list[float] = []
    for _ in range(RESAMPLES):
        rows = chance.integers(0, len(candidate), drawn)
        again = _difference(metric, candidate.at(rows), champion.at(rows))
        if again is not None:
            found.append(again)
    if len(found) < RESAMPLES // 2:
        return None
    wide = float(stats.norm.isf(error)) * float(np.std(found, ddof=1))
    return Estimate(value, value - wide, value + wide)


def _difference(metric: str, candidate: ModelAnswers, champion: ModelAnswers) -> float | None:
    ours, theirs = (answers.metrics(metric).get(metric) for answers in (candidate, champion))
    return None if ours is None or theirs is None else ours - theirs
