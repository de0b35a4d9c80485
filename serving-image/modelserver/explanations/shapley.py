"""How is a difference shared among the columns that made it? By Shapley's rule.

A column's share is what its value adds to the columns that were set before it, on average over all
orders in which columns can be set. Shares add up to the whole difference, whatever the model is.
With few columns all sets of them are valued, and the shares are exact. With more, orders are drawn,
each together with its reverse: what columns do alone and in pairs is exact after one such pair, and
the spread of the pairs says how far off the rest may be.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modelbundle.rows import Numbers

MIN_PAIRS = 4
"""Fewer pairs of orders say nothing of their spread."""

Sets = npt.NDArray[np.bool_]
# One value for each set of columns: (sets, columns) in, (sets,) out.
Value = Callable[[Sets], Numbers]


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """A share per column, and its standard error: 0 where it is exact."""

    contributions: Numbers
    errors: Numbers


def most_columns(evaluations: int) -> int:
    """How many columns can be explained with so many values."""
    return max(int(math.log2(evaluations)), evaluations // (2 * MIN_PAIRS) + 1)


def shares_of(value: Value, columns: int, evaluations: int, seed: int) -> Shares:
    """The shares of at most `most_columns`, for at most about so many values; the same seed
    draws the same orders.
    """
    if columns == 0:
        return Shares(np.zeros(0), np.zeros(0))
    if 2**columns <= evaluations:
        return _exact(value, columns)
    pairs = max(MIN_PAIRS, evaluations // (2 * (columns - 1)))
    return _sampled(value, columns, pairs, np.random.default_rng(seed))


def _exact(value: Value, columns: int) -> Shares:
    """All sets, numbered by their bits."""
    numbers = np.arange(2**columns)
    sets = (numbers[:, None] >> np.arange(columns)) & 1 == 1
    values = value(sets)
    orders = [
        math.factorial(size) * math.factorial(columns - 1 - size) / math.factorial(columns)
        for size in range(columns)
    ]
    weights = np.array([*orders, 0.0])[sets.sum(axis=1)]
    contributions = np.empty(columns)
    for column in range(columns):
        without = numbers[~sets[:, column]]
        gained = values[without | 1 << column] - values[without]
        contributions[column] = weights[without] @ gained
    return Shares(contributions, np.zeros(columns))


def _sampled(value: Value, columns: int, pairs: int, random: np.random.Generator) -> Shares:
    drawn = random.permuted(np.tile(np.arange(columns), (pairs, 1)), axis=1)
    places = np.argsort(np.vstack((drawn, drawn[:, ::-1])), axis=1)
    sizes = np.arange(1, columns)
    between = value((places[:, None, :] < sizes[:, None]).reshape(-1, columns))
    none, every = value(np.array([[False] * columns, [True] * columns]))
    ends = np.ones((2 * pairs, 1))
    values = np.hstack((none * ends, between.reshape(2 * pairs, columns - 1), every * ends))
    gained = np.take_along_axis(np.diff(values, axis=1), places, axis=1)
    of_pairs = (gained[:pairs] + gained[pairs:]) / 2
    errors = of_pairs.std(axis=0, ddof=1) / math.sqrt(pairs)
    return Shares(of_pairs.mean(axis=0), errors)
