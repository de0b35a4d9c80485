"""Which branch does a missing value take at each node of a converted tree?

scikit-learn's trees know it: the branch of the missing values seen in training, or the larger one.
skl2onnx sends all of them to the right instead, so that every forest that accepts missing values
would fail the comparison and be served by scikit-learn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import AttributeProto, ModelProto, NodeProto, helper, numpy_helper
from sklearn.tree._tree import Tree

from modelbundle.sklearn_runtime import parts_of

_OPERATORS = {"TreeEnsembleClassifier", "TreeEnsembleRegressor"}
_TRACKS = "nodes_missing_value_tracks_true"
_RELATIVE = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class _Grown:
    """A tree in preorder: the feature (-1 at a leaf) and threshold of each node."""

    features: npt.NDArray[np.int64]
    thresholds: npt.NDArray[np.float64]

    def same(self, other: _Grown) -> bool:
        return np.array_equal(self.features, other.features) and np.allclose(
            self.thresholds, other.thresholds, rtol=_RELATIVE, atol=0
        )


def set_missing_value_tracks(model: ModelProto, estimator: Any) -> None:
    """Every tree of the graph that is one of the estimator's sends missing values where that does.

    A tree that is found nowhere in the estimator stays as it is.
    """
    origins = [_original(part) for part in parts_of(estimator) if isinstance(part, Tree)]
    for node in model.graph.node:
        if origins and node.op_type in _OPERATORS:
            _set_tracks(node, origins)


def _original(tree: Tree) -> tuple[_Grown, npt.NDArray[np.int64]]:
    nodes = tree.__getstate__()["nodes"]
    order = np.array(list(_preorder(nodes["left_child"], nodes["right_child"], 0)))
    leaf = nodes["left_child"][order] < 0
    grown = _Grown(
        np.where(leaf, -1, nodes["feature"][order]), np.where(leaf, 0, nodes["threshold"][order])
    )
    return grown, nodes["missing_go_to_left"][order].astype(np.int64)


def _preorder(left: npt.NDArray[Any], right: npt.NDArray[Any], root: int) -> Iterator[int]:
    pending = [root]
    while pending:
        position = pending.pop()
        yield position
        if left[position] >= 0:
            pending += [int(right[position]), int(left[position])]


def _set_tracks(node: NodeProto, origins: list[tuple[_Grown, npt.NDArray[np.int64]]]) -> None:
    attributes = {attribute.name: attribute for attribute in node.attribute}
    trees = np.array(attributes["nodes_treeids"].ints)
    tracks = np.zeros(len(trees), dtype=np.int64)
    # Trees keep their order on the way to ONNX: the search goes on where the last one was found.
    place = 0
    for tree in np.unique(trees):
        members = np.flatnonzero(trees == tree)
        order, grown = _converted(attributes, members)
        turned = [*range(place, len(origins)), *range(place)]
        found = next((at for at in turned if origins[at][0].same(grown)), None)
        if found is not None:
            tracks[order] = origins[found][1]
            place = (found + 1) % len(origins)
    if _TRACKS in attributes:
        node.attribute.remove(attributes[_TRACKS])
    node.attribute.append(helper.make_attribute(_TRACKS, tracks.tolist()))


def _converted(
    attributes: dict[str, AttributeProto], members: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int64], _Grown]:
    """Where the tree's nodes stand in the attributes, in preorder, and what it looks like."""
    ids = np.array(attributes["nodes_nodeids"].ints)[members]
    position = {int(number): at for at, number in enumerate(ids)}
    leaf = np.array([mode == b"LEAF" for mode in _part(attributes["nodes_modes"], members)])
    left, right = (
        np.array(
            [
                -1 if ends else position[child]
                for ends, child in zip(leaf, _part(attributes[name], members), strict=True)
            ]
        )
        for name in ("nodes_truenodeids", "nodes_falsenodeids")
    )
    inside = np.array(list(_preorder(left, right, 0)))
    order = members[inside]
    values = _thresholds(attributes)[order]
    features = np.array(attributes["nodes_featureids"].ints)[order]
    return order, _Grown(np.where(leaf[inside], -1, features), np.where(leaf[inside], 0, values))


def _part(attribute: AttributeProto, members: npt.NDArray[Any]) -> list[Any]:
    values = attribute.ints or attribute.strings
    return [values[member] for member in members.tolist()]


def _thresholds(attributes: dict[str, AttributeProto]) -> npt.NDArray[np.float64]:
    tensor = attributes.get("nodes_values_as_tensor")
    if tensor is not None:
        return np.asarray(numpy_helper.to_array(tensor.t), dtype=np.float64)
    return np.array(attributes["nodes_values"].floats, dtype=np.float64)
