"""How do many trees answer many rows quickly? A few trees at a time, and each of these all rows.

ONNX Runtime takes row by row through all trees of a node, so that a forest larger than the
processor's cache is fetched anew for each row. Split into nodes of few trees, whose answers are
summed, the same trees stay in the cache while all rows go through them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from modelbundle.signature import Signature
from trainer.batch.tree_nodes import DOMAIN, TreeNode, tree_node

MOST_NODES = 2048
"""A group has no more of them, unless a single tree has: some 50 KiB."""
_OPERATORS = {b"NONE": "Identity", b"LOGISTIC": "Sigmoid", b"SOFTMAX": "Softmax"}
_Places = npt.NDArray[np.int64]


def grouped_trees(
    content: bytes, signature: Signature, most_nodes: int = MOST_NODES
) -> bytes | None:
    """The model with its trees in groups; None where it has none, or labels hang on more than
    them.
    """
    model = onnx.load_model_from_string(content)
    graph = model.graph
    of = tree_node(graph, signature)
    if of is None:
        return None
    parts = list(_groups(of, most_nodes))
    if len(parts) < 2:
        return None
    made = _answering(of, parts, graph)
    place = list(graph.node).index(of.node)
    nodes = [*graph.node[:place], *made, *graph.node[place + 1 :]]
    del graph.node[:]
    graph.node.extend(nodes)
    return bytes(model.SerializeToString())


def _groups(of: TreeNode, most_nodes: int) -> Iterator[tuple[_Places, _Places]]:
    """Which nodes and which leaves' weights belong to each group."""
    of_nodes, of_leaves = (np.asarray(of.said[f"{what}_treeids"]) for what in ("nodes", of.kind))
    trees, counts = np.unique(of_nodes, return_counts=True)
    begun, nodes = 0, 0
    for number, count in enumerate(counts.tolist()):
        if nodes and nodes + count > most_nodes:
            yield _of_trees(of_nodes, of_leaves, trees[begun:number])
            begun, nodes = number, 0
        nodes += count
    yield _of_trees(of_nodes, of_leaves, trees[begun:])


def _of_trees(of_nodes: _Places, of_leaves: _Places, trees: _Places) -> tuple[_Places, _Places]:
    return np.flatnonzero(np.isin(of_nodes, trees)), np.flatnonzero(np.isin(of_leaves, trees))


def _answering(of: TreeNode, parts: list[tuple[_Places, _Places]], graph: Any) -> list[Any]:
    """The nodes that answer in place of the one with all trees."""
    name = of.node.output[-1]
    sums = [f"{name}_group_{number}" for number in range(len(parts))]
    made = [_group(of, output, part) for output, part in zip(sums, parts, strict=True)]
    total = f"{name}_sum"
    made.append(helper.make_node("Sum", sums, [total]))
    if of.base:
        _add_constant(graph, f"{name}_base", np.asarray([of.base], np.float32))
        made.append(helper.make_node("Add", [total, f"{name}_base"], [f"{name}_based"]))
        total = f"{name}_based"
    if of.kind == "class":
        return [*made, *_labels(of, total, graph)]
    _add_constant(graph, f"{name}_share", np.asarray(of.share, np.float32))
    return [*made, helper.make_node("Mul", [total, f"{name}_share"], [name])]


def _group(of: TreeNode, output: str, part: tuple[_Places, _Places]) -> Any:
    of_nodes, of_leaves = part
    count = len(of.said["nodes_treeids"])
    attributes: dict[str, Any] = {
        name: [values[place] for place in of_nodes]
        for name, values in of.said.items()
        if name.startswith("nodes_") and len(values) == count
    }
    for what in ("treeids", "nodeids", "ids", "weights"):
        values = of.said[f"{of.kind}_{what}"]
        attributes[f"target_{what}"] = [values[place] for place in of_leaves]
    return helper.make_node(
        "TreeEnsembleRegressor",
        [of.node.input[0]],
        [output],
        domain=DOMAIN,
        n_targets=of.outputs,
        aggregate_function="SUM",
        **attributes,
    )


def _labels(of: TreeNode, total: str, graph: Any) -> list[Any]:
    """The nodes from summed scores to labels and probabilities."""
    label, name = of.node.output
    alone = of.second_alone
    scores = f"{name}_second" if alone else name
    made = [helper.make_node(_OPERATORS[of.behind], [total], [scores])]
    if alone:
        _add_constant(graph, f"{name}_whole", np.asarray(1, np.float32))
        made.append(helper.make_node("Sub", [f"{name}_whole", scores], [f"{name}_first"]))
        made.append(helper.make_node("Concat", [f"{name}_first", scores], [name], axis=1))
    kind = object if isinstance(of.classes[0], bytes) else np.int64
    _add_constant(graph, f"{name}_classes", np.asarray(of.classes, kind))
    return [
        *made,
        helper.make_node("ArgMax", [name], [f"{name}_likeliest"], axis=1, keepdims=0),
        helper.make_node("Gather", [f"{name}_classes", f"{name}_likeliest"], [label]),
    ]


def _add_constant(graph: Any, name: str, values: npt.NDArray[Any]) -> None:
    graph.initializer.append(numpy_helper.from_array(values, name))
