"""Which trees does a node of ONNX hold, as a model that XGBoost reads?

Only trees that XGBoost follows to the same leaf for every row, missing numbers included: 32 bits,
compared by < or <=, and leaves that add to one output, the same of all leaves of a tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.batch.tree_nodes import TreeNode
from trainer.batch.ubjson import ubjson

_LEAF, _AT_MOST, _LESS = b"LEAF", b"BRANCH_LEQ", b"BRANCH_LT"
_NOBODY = 2**31 - 1
MOST_NODES = 20_000
"""Of trees that are asked together, unless a single one has more: 400 KB, which a cache holds."""
_Places = npt.NDArray[np.int64]
_Find = Callable[[_Places, Sequence[int]], _Places]


@dataclass(frozen=True, slots=True)
class XGBoostModel:
    """The trees in UBJSON, to be asked for sums; `ends`: up to which tree each time."""

    content: bytes
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Nodes:
    """As ONNX lists them. `children`: left and right by their places, -1 in leaves; `bounds`: what
    a number is less than where it goes left, in leaves what they add.
    """

    trees: _Places
    children: _Places
    features: _Places
    bounds: npt.NDArray[np.float32]
    missing_left: npt.NDArray[np.bool_]
    outputs: _Places


def xgboost_model(of: TreeNode, features: int, most_nodes: int = MOST_NODES) -> XGBoostModel | None:
    """The trees of the node; None where XGBoost might follow them otherwise."""
    nodes = _nodes(of)
    order = None if nodes is None else _downwards(nodes)
    if nodes is None or order is None:
        return None
    starts = np.flatnonzero(np.diff(nodes.trees[order], prepend=-1))
    sizes = np.diff(starts, append=len(order))
    given = nodes.outputs[order]
    outputs = np.maximum.reduceat(given, starts)
    if not ((given < 0) | (given == np.repeat(outputs, sizes))).all():
        return None
    places = np.empty_like(order)
    places[order] = np.arange(len(order)) - np.repeat(starts, sizes)
    children = np.where(nodes.children < 0, -1, places[nodes.children])
    trees = [
        _tree(nodes, children, order[start : start + size], number, features)
        for number, (start, size) in enumerate(zip(starts, sizes, strict=True))
    ]
    content = ubjson(_document(trees, outputs, of.outputs, features))
    return XGBoostModel(content, tuple(_ends(sizes, most_nodes)))


def _ends(sizes: _Places, most_nodes: int) -> Iterator[int]:
    together = 0
    for number, size in enumerate(sizes.tolist()):
        if together and together + size > most_nodes:
            yield number
            together = 0
        together += size
    yield len(sizes)


def _nodes(of: TreeNode) -> _Nodes | None:
    said = of.said
    trees, modes = np.asarray(said["nodes_treeids"]), np.asarray(said["nodes_modes"])
    leaf = modes == _LEAF
    find = _finder(trees, said["nodes_nodeids"])
    children = np.column_stack(
        [find(trees, said[f"nodes_{side}nodeids"]) for side in ("true", "false")]
    )
    children[leaf] = -1
    adding = find(np.asarray(said[f"{of.kind}_treeids"]), said[f"{of.kind}_nodeids"])
    # Whatever is at most this number is less than the next one of 32 bits.
    given = np.asarray(said["nodes_values"], np.float32)
    bounds = np.where(modes == _AT_MOST, np.nextafter(given, np.float32(np.inf)), given)
    if (
        not np.isin(modes, (_LEAF, _AT_MOST, _LESS)).all()
        or np.isnan(bounds[~leaf]).any()
        or (children[~leaf] < 0).any()
        or sorted(adding.tolist()) != np.flatnonzero(leaf).tolist()
    ):
        return None
    outputs = np.full(len(leaf), -1)
    bounds[adding], outputs[adding] = said[f"{of.kind}_weights"], said[f"{of.kind}_ids"]
    tracks = np.array(said.get("nodes_missing_value_tracks_true") or np.zeros(len(leaf)), bool)
    # Every number is at most infinite: none is less than the lowest, on the other side.
    turned = (modes == _AT_MOST) & (given == np.inf)
    children[turned] = children[turned, ::-1]
    bounds[turned], tracks[turned] = -np.inf, ~tracks[turned]
    features = np.asarray(said["nodes_featureids"])
    return _Nodes(trees, children, features, bounds, tracks, outputs)


def _finder(trees: _Places, ids: Sequence[int]) -> _Find:
    """Tells at which place the node of a tree is; -1: nowhere."""
    most = int(max(ids)) + 1
    keys = trees * most + np.asarray(ids)
    order = np.argsort(keys)

    def find(of_trees: _Places, wanted: Sequence[int]) -> _Places:
        keys_wanted = of_trees * most + np.asarray(wanted)
        places = order[np.minimum(np.searchsorted(keys, keys_wanted, sorter=order), len(keys) - 1)]
        return np.where(keys[places] == keys_wanted, places, -1)

    return find


def _downwards(nodes: _Nodes) -> _Places | None:
    """The places of all nodes, tree by tree from its root, siblings side by side: so XGBoost
    counts. None where the nodes are no trees.
    """
    inner = nodes.children[:, 0] >= 0
    roots = np.setdiff1d(np.arange(len(inner)), nodes.children[inner])
    levels, count = [roots], len(roots)
    while len(levels[-1]) and count <= len(inner):
        level = levels[-1]
        levels.append(nodes.children[level[inner[level]]].ravel())
        count += len(levels[-1])
    order = np.concatenate(levels)
    if count != len(inner) or len(np.unique(order)) < count:
        return None
    of_roots = nodes.trees[roots]
    if len(np.unique(of_roots)) < len(roots):
        return None
    return order[np.argsort(nodes.trees[order], kind="stable")]


def _tree(
    nodes: _Nodes, children: _Places, order: _Places, number: int, features: int
) -> dict[str, Any]:
    left, right = children[order].T
    inner = left >= 0
    parents = np.full(len(order), _NOBODY)
    parents[left[inner]] = parents[right[inner]] = np.flatnonzero(inner)
    none, zeros = np.empty(0, np.int32), np.zeros(len(order), np.float32)
    param = {"num_deleted": "0", "num_feature": str(features), "num_nodes": str(len(order))}
    return {
        "base_weights": zeros,
        "categories": none,
        "categories_nodes": none,
        "categories_segments": none.astype(np.int64),
        "categories_sizes": none.astype(np.int64),
        "default_left": (inner & nodes.missing_left[order]).astype(np.uint8),
        "id": number,
        "left_children": left.astype(np.int32),
        "loss_changes": zeros,
        "parents": parents.astype(np.int32),
        "right_children": right.astype(np.int32),
        "split_conditions": nodes.bounds[order],
        "split_indices": np.where(inner, nodes.features[order], 0).astype(np.int32),
        "split_type": zeros.astype(np.uint8),
        "sum_hessian": zeros,
        "tree_param": param | {"size_leaf_vector": "1"},
    }


def _document(
    trees: list[dict[str, Any]], outputs: _Places, count: int, features: int
) -> dict[str, Any]:
    model = {
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(len(trees))},
        "trees": trees,
        "tree_info": outputs.tolist(),
        "iteration_indptr": list(range(len(trees) + 1)),
    }
    learner = {
        "attributes": {},
        "feature_names": [],
        "feature_types": [],
        "gradient_booster": {"name": "gbtree", "model": model},
        "learner_model_param": {
            "base_score": "0E0",
            "boost_from_average": "0",
            "num_class": str(count if count > 1 else 0),
            "num_feature": str(features),
            "num_target": "1",
        },
        "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
    }
    return {"learner": learner, "version": [3, 2, 0]}
