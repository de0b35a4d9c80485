"""How does skl2onnx come to count the votes of a forest as scikit-learn does?

Its own converter adds up shares, a twentieth for each of twenty trees, in float32. Where half of
the trees vote for each of two classes the sum is not one half, and the other label is answered.
Votes are whole numbers: their sum is exact, in whatever order the trees are asked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import (
    BooleanTensorType,
    Int64TensorType,
    guess_numpy_type,
)
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from skl2onnx.common.tree_ensemble import (
    add_tree_to_attribute_pairs,
    get_default_tree_regressor_attribute_pairs,
)
from skl2onnx.proto import onnx_proto
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

_CHOICES = {"zipmap": [True, False, "columns"], "nocl": [True, False]}
_FLOATS = ("nodes_values", "nodes_hitrates", "target_weights")


def forests_known() -> None:
    """skl2onnx converts classifying forests of one target by their votes from now on."""
    for kind in (RandomForestClassifier, ExtraTreesClassifier):
        update_registered_converter(
            kind,
            f"Trainyard{kind.__name__}",
            calculate_linear_classifier_output_shapes,
            _convert,
            options=_CHOICES,
        )


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """The label is the class with most votes, of several the first; a share is votes by trees.

    Of two classes the votes of the second are counted: the first has those of all other trees.
    """
    forest = operator.raw_operator
    double = guess_numpy_type(operator.inputs[0].type) == np.float64
    label, shares = (output.full_name for output in operator.outputs)
    counted, votes, trees, classes, most = (
        scope.get_unique_variable_name(name)
        for name in ("counted", "votes", "trees", "classes", "most")
    )
    count = float(len(forest.estimators_))
    container.add_initializer(trees, onnx_proto.TensorProto.FLOAT, [1], [count])
    container.add_initializer(classes, *_labels(forest.classes_))
    container.add_node(
        "TreeEnsembleRegressor",
        _numbers(scope, operator, container),
        counted,
        op_domain="ai.onnx.ml",
        op_version=1,
        name=scope.get_unique_operator_name("TreeEnsembleRegressor"),
        **_trees(forest, np.float64 if double else np.float32),
    )
    node = container.add_node
    if len(forest.classes_) == 2:
        first = scope.get_unique_variable_name("first")
        node("Sub", [trees, counted], first, op_version=14)
        node("Concat", [first, counted], votes, axis=1, op_version=13)
    else:
        votes = counted
    node("Div", [votes, trees], shares, op_version=14)
    node("ArgMax", votes, most, axis=1, keepdims=0, op_version=13)
    node("Gather", [classes, most], label, axis=0, op_version=13)


def _numbers(scope: Any, operator: Any, container: Any) -> list[str]:
    """What trees are given: this node takes no whole numbers and no flags."""
    (given,) = operator.inputs
    if not isinstance(given.type, Int64TensorType | BooleanTensorType):
        return list(operator.input_full_names)
    cast = scope.get_unique_variable_name("numbers")
    to = onnx_proto.TensorProto.FLOAT
    container.add_node("Cast", operator.input_full_names, cast, to=to, op_version=13)
    return [cast]


def _trees(forest: Any, compared: type[np.floating[Any]]) -> dict[str, Any]:
    """The attributes of all trees; `compared`: in which numbers features meet thresholds."""
    found: dict[str, Any] = get_default_tree_regressor_attribute_pairs()
    found["n_targets"] = len(forest.classes_)
    for number, tree in enumerate(forest.estimators_):
        add_tree_to_attribute_pairs(
            found, False, tree.tree_, number, 1.0, 0, False, True, dtype=compared
        )
    for name in _FLOATS:
        found[name] = np.array(found[name], dtype=np.float32).ravel()
    return _of_the_second(found) if len(forest.classes_) == 2 else found


def _of_the_second(said: dict[str, Any]) -> dict[str, Any]:
    """The attributes with the votes of the second of two classes alone."""
    second = [place for place, target in enumerate(said["target_ids"]) if target == 1]
    of_it = {
        name: [said[name][place] for place in second]
        for name in ("target_treeids", "target_nodeids", "target_weights")
    }
    return said | of_it | {"target_ids": [0] * len(second), "n_targets": 1}


def _labels(classes: Any) -> tuple[int, list[int], list[bytes] | list[int]]:
    """Type, shape and values of the labels."""
    kinds = onnx_proto.TensorProto
    if classes.dtype.kind in "OUS":
        return kinds.STRING, [len(classes)], [str(name).encode() for name in classes.tolist()]
    return kinds.INT64, [len(classes)], [int(number) for number in classes.tolist()]
