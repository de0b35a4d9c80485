"""How much worse does the model answer where a column says nothing?

Permutation importance: https://scikit-learn.org/stable/modules/permutation_importance.html; with
losses row by row, so that the bounds cost nothing more:
https://www.jmlr.org/papers/v20/18-760.html (model reliance as a difference).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.grades.grading import Codes, Floats
from trainer.grades.live_quality import Estimate
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.row_losses import loss_name, row_losses, row_scales

NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Importance:
    """What shuffling each column cost, most first; `loss` says how it is counted."""

    loss: str
    base: float
    """The loss with all columns as they are."""
    rows: int
    columns: Sequence[tuple[str, Estimate]]


@dataclass(frozen=True, slots=True, eq=False)
class Shuffle:
    """What is answered where each row has a column's value of another row, and of which."""

    answers: ModelAnswers
    order: Codes


def importance(answers: ModelAnswers, shuffled: Sequence[Sequence[Shuffle]]) -> Importance:
    """The importance by column; `shuffled`: of the first features of the signature.

    The bounds hold with at least 95 %, for the drawing of rows and shuffles, and of the scale with
    them.
    """
    before, scales = row_losses(answers), row_scales(answers)
    weights = np.ones(len(before)) if answers.weights is None else answers.weights
    shares = weights / weights.sum()
    names = [feature.name for feature in answers.signature.features]
    found = []
    for name, mine in zip(names, shuffled, strict=False):
        costs = [row_losses(again.answers) - before for again in mine]
        found.append((name, _cost(costs, [again.order for again in mine], scales, shares)))
    found.sort(key=lambda column: -column[1].value)
    base = float(shares @ before.mean(axis=1))
    return Importance(loss_name(answers), base, len(before), found)


def _cost(
    costs: Sequence[Floats], orders: Sequence[Codes], scales: Floats, shares: Floats
) -> Estimate:
    """The weighted mean of costs per row and target, with its normal bounds.

    Each row counts twice, as it is and as where others have their value from; and it moves the
    scale: https://en.wikipedia.org/wiki/U-statistic, https://en.wikipedia.org/wiki/Ratio_estimator.
    """
    by_target = np.mean([shares @ cost for cost in costs], axis=0)
    mean = float(by_target.mean())
    moves = shares * (np.mean(costs, axis=0) - by_target * scales).mean(axis=1)
    for cost, order in zip(costs, orders, strict=True):
        moves[order] += shares * (cost - by_target).mean(axis=1) / len(costs)
    wide = NORMAL_95 * float(np.sqrt(np.sum(moves**2)))
    return Estimate(mean, mean - wide, mean + wide)
