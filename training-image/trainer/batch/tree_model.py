"""Which trees does a node of ONNX hold, in the format in which XGBoost reads them?

Only trees that XGBoost follows to the same leaf for every row, missing numbers included: numbers
of 32 bits, compared by < or <=, and leaves that add to one output each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

KINDS = {"TreeEnsembleClassifier": "class", "TreeEnsembleRegressor": "target"}
"""Nodes with trees, and how they call what leaves add to."""
_LEAF, _AT_MOST, _LESS = b"LEAF", b"BRANCH_LEQ", b"BRANCH_LT"
_NOBODY = 2**31 - 1
Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """All nodes of all trees, tree by tree, each from its root downwards, siblings side by side.

    `left` and `right` count from the root of the tree, -1 in leaves; `numbers` are what a feature
    is to be less than to go left, and in leaves what is added to the output of the tree.
    """

    starts: Places
    left: Places
    right: Places
    features: Places
    numbers: npt.NDArray[np.float32]
    missing_left: npt.NDArray[np.uint8]
    outputs: Places
    """Of each tree."""

    @classmethod
    def of_node(cls, kind: str, said: Mapping[str, Any]) -> Self | None:
        """The trees by the attributes of their node; None where XGBoost might follow them
        otherwise.
        """
        modes = np.asarray(said["nodes_modes"])
        leaf = modes == _LEAF
        if any(name.endswith("_as_tensor") for name in said) or not np.isin(
            modes, (_LEAF, _AT_MOST, _LESS)
        ).all():
            return None
        numbers = _bounds(np.asarray(said["nodes_values"], np.float32), modes)
        children = _children(said, leaf)
        if children is None or not np.isfinite(numbers[~leaf]).all():
            return None
        added = _added(kind, said, leaf)
        if added is None:
            return None
        numbers[leaf] = added.numbers[leaf]
        order = _from_the_roots(children, leaf, np.asarray(said["nodes_treeids"]))
        return None if order is None else cls._ordered(said, order, children, numbers, added)

    @classmethod
    def _ordered(
        cls,
        said: Mapping[str, Any],
        order: npt.NDArray[np.int64],
        children: npt.NDArray[np.int64],
        numbers: npt.NDArray[np.float32],
        added: _Added,
    ) -> Self:
        trees = np.asarray(said["nodes_treeids"])[order]
        starts = np.flatnonzero(np.diff(trees, prepend=trees[0] - 1))
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(len(order)) - np.repeat(
            starts, np.diff(starts, append=len(order))
        )
        pairs = np.where(children[order] < 0, -1, places[children[order]])
        inner = pairs[:, 0] >= 0
        tracks = said.get("nodes_missing_value_tracks_true") or np.zeros(len(order))
        return cls(
            starts=starts.astype(np.int32),
            left=pairs[:, 0].astype(np.int32),
            right=pairs[:, 1].astype(np.int32),
            features=np.where(inner, np.asarray(said["nodes_featureids"])[order], 0).astype(
                np.int32
            ),
            numbers=numbers[order],
            missing_left=(inner & np.asarray(tracks, bool)[order]).astype(np.uint8),
            outputs=added.outputs[np.searchsorted(added.trees, trees[starts])].astype(np.int32),
        )
