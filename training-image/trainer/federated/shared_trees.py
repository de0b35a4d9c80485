"""How do parties grow boosted trees together? A tree more of each in a round, on the shared ones.

What travels is XGBoost's own JSON as bytes. A tree that a party sends is rebuilt from the few
fields that a tree needs, so nothing else of what a stranger sends reaches XGBoost.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from xgboost import XGBClassifier

TREES = "xgboost.XGBClassifier"
LARGEST_LEAF = 2.0
"""No leaf says more in one round, before the learning rate: a leaf of rows that are all of one
class, seen for the first time, says so much (rows / 2 over rows / 4)."""
_MOST_BYTES = 4 * 1024**2
_MOST_NODES = 4095
_LEAF = -1
_ROOT_PARENT = 2147483647
_WHOLE = ("left_children", "right_children", "split_indices", "default_left")

Bytes = npt.NDArray[np.uint8]


def classifier_of(model: Any) -> XGBClassifier:
    """The trees of the fitted pipeline: they stand in a vote of one, which names the classes."""
    found: XGBClassifier = model.steps[-1][1].estimators_[0]
    return found


def without_trees(model: Any) -> None:
    """The model has none: it says 0.5 to every row."""
    document = json.loads(bytes(classifier_of(model).get_booster().save_raw("json")))
    trees = document["learner"]["gradient_booster"]["model"]
    trees["trees"], trees["tree_info"], trees["iteration_indptr"] = [], [], [0]
    trees["gbtree_model_param"]["num_trees"] = "0"
    document["learner"]["learner_model_param"]["base_score"] = "[5E-1]"
    document["learner"]["feature_names"] = document["learner"]["feature_types"] = []
    classifier_of(model).load_model(bytearray(json.dumps(document), "utf-8"))


def trees_of(model: Any) -> Bytes:
    """All trees, as they travel."""
    raw = classifier_of(model).get_booster().save_raw("json")
    return np.frombuffer(bytes(raw), dtype=np.uint8)


def with_trees(model: Any, array: Bytes) -> None:
    """The model has these trees instead of its own; they are the coordinator's."""
    trees = classifier_of(model)
    trees.load_model(bytearray(array.tobytes()))
    # Who converts the model divides by this number, so it is to be the true one.
    trees.set_params(n_estimators=max(1, trees.get_booster().num_boosted_rounds()))


def with_a_tree_more(model: Any, prepared: npt.NDArray[Any], answers: npt.NDArray[Any]) -> None:
    """The model has the one new tree alone, grown on these rows after the shared ones; its leaves
    are those of learning rate 1.
    """
    # Imported where a recipe needs it alone.
    xgboost = importlib.import_module("xgboost")
    vote, trees = model.steps[-1][1], classifier_of(model)
    booster = trees.get_booster()
    number = booster.num_boosted_rounds()
    told = {**trees.get_xgb_params(), "learning_rate": 1.0, "nthread": 1}
    told["seed"] = int(told.pop("random_state", 0) or 0) + number
    rows = xgboost.DMatrix(prepared, vote.le_.transform(answers))
    grown = xgboost.train(told, rows, num_boost_round=1, xgb_model=booster)
    trees.load_model(bytearray(grown[number : number + 1].save_raw("json")))


def bounded_tree(arrays: Sequence[npt.NDArray[Any]], features: int, weight: float) -> Bytes:
    """The one tree that a party sent, times the weight, in a document with nothing else.

    Raises ValueError where it is no tree over so many features. Leaves are cut to LARGEST_LEAF.
    """
    if len(arrays) != 1 or arrays[0].dtype != np.uint8 or arrays[0].nbytes > _MOST_BYTES:
        raise ValueError(f"it is no document of at most {_MOST_BYTES} bytes")
    try:
        sent = json.loads(arrays[0].tobytes())
        (tree,) = sent["learner"]["gradient_booster"]["model"]["trees"]
        told: dict[str, list[Any]] = {name: [int(one) for one in tree[name]] for name in _WHOLE}
        told["split_conditions"] = [float(one) for one in tree["split_conditions"]]
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"it is not one tree of XGBoost: {error!r:.200}") from error
    _refuse_what_is_no_tree(told, features)
    leaves = [left == _LEAF for left in told["left_children"]]
    values = [
        max(-LARGEST_LEAF, min(LARGEST_LEAF, value)) * weight if is_leaf else value
        for value, is_leaf in zip(told["split_conditions"], leaves, strict=True)
    ]
    document = _document(told | {"split_conditions": values}, features)
    return np.frombuffer(json.dumps(document).encode(), dtype=np.uint8)


def _refuse_what_is_no_tree(told: dict[str, list[Any]], features: int) -> None:
    nodes = len(told["left_children"])
    if not 1 <= nodes <= _MOST_NODES or any(len(values) != nodes for values in told.values()):
        raise ValueError(f"a tree has 1 to {_MOST_NODES} nodes, and this one says it in two ways")
    if not all(math.isfinite(value) for value in told["split_conditions"]):
        raise ValueError("a threshold or a leaf is no number")
    if not all(0 <= index < features for index in told["split_indices"]):
        raise ValueError(f"it asks for a feature beyond the {features} that there are")
    seen: set[int] = set()
    waiting = [0]
    while waiting:
        node = waiting.pop()
        if not 0 <= node < nodes or node in seen:
            raise ValueError("its nodes are no tree")
        seen.add(node)
        children = [told["left_children"][node], told["right_children"][node]]
        if children != [_LEAF, _LEAF]:
            waiting += children
    if len(seen) != nodes:
        raise ValueError("some of its nodes hang on nothing")


def _document(told: dict[str, list[Any]], features: int) -> dict[str, Any]:
    nodes = len(told["left_children"])
    parents = [_ROOT_PARENT] * nodes
    for side in ("left_children", "right_children"):
        for node, child in enumerate(told[side]):
            if child != _LEAF:
                parents[child] = node
    tree: dict[str, Any] = {
        **told,
        "default_left": [int(bool(value)) for value in told["default_left"]],
        "parents": parents,
        "base_weights": [0.0] * nodes,
        "loss_changes": [0.0] * nodes,
        "sum_hessian": [0.0] * nodes,
        "split_type": [0] * nodes,
        **{f"categories{part}": [] for part in ("", "_nodes", "_segments", "_sizes")},
        "id": 0,
        "tree_param": {
            "num_deleted": "0",
            "num_feature": str(features),
            "num_nodes": str(nodes),
            "size_leaf_vector": "1",
        },
    }
    numbers = {"num_trees": "1", "num_parallel_tree": "1"}
    model: dict[str, Any] = {"gbtree_model_param": numbers, "trees": [tree]}
    return {"learner": {"gradient_booster": {"model": model}}}
