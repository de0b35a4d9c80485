"""What SHAP calls the interventional values of trees, against one row: by leaves, not by orders.

A leaf is reached by a mixture of two rows when the columns that lead the one row there are its own
and those that lead the other one there are the other's; how many orders of the columns pass such a
mixture is known, so each leaf gives its columns their share at once. This is the sum that the
library `shap` makes (TreeExplainer with one background row), written from its definition.
"""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def tree_shares(trees: list[Any], row: Numbers, typical: Numbers, column: int) -> Numbers:
    """The shares of the columns in the mean of what the fitted trees say, of the answers' column
    with this number.
    """
    found = np.zeros(len(row))
    for tree in trees:
        _descend(tree.tree_, 0, (row, typical), (frozenset(), frozenset()), (found, column))
    return found / len(trees)


def _descend(
    tree: Any,
    node: int,
    rows: tuple[Numbers, Numbers],
    needed: tuple[frozenset[int], frozenset[int]],
    into: tuple[Numbers, int],
) -> None:
    """`needed`: columns that must be the row's own, and those that must be typical."""
    if tree.children_left[node] < 0:
        _credit(tree.value[node, 0, into[1]], needed, into[0])
        return
    split = int(tree.feature[node])
    # Trees compare in float32.
    ways = [
        tree.children_left[node]
        if np.float32(one[split]) <= tree.threshold[node]
        else tree.children_right[node]
        for one in rows
    ]
    if ways[0] == ways[1]:
        _descend(tree, ways[0], rows, needed, into)
        return
    own, typical = needed
    if split not in typical:
        _descend(tree, ways[0], rows, (own | {split}, typical), into)
    if split not in own:
        _descend(tree, ways[1], rows, (own, typical | {split}), into)


def _credit(value: float, needed: tuple[frozenset[int], frozenset[int]], found: Numbers) -> None:
    own, typical = needed
    every = factorial(len(own) + len(typical))
    for column in own:
        found[column] += value * factorial(len(own) - 1) * factorial(len(typical)) / every
    for column in typical:
        found[column] -= value * factorial(len(own)) * factorial(len(typical) - 1) / every
