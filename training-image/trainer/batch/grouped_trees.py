"""How do many trees answer many rows quickly? A few trees at a time, and each of these all rows.

ONNX Runtime takes row by row through all trees of a node, so that a forest larger than the
processor's cache is fetched anew for each row. Split into nodes of few trees, whose answers are
summed, the same trees stay in the cache while all rows go through them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Signature, Task

MOST_NODES = 2048
"""A group has no more of them, unless a single tree has: some 50 KiB."""
SAME = 1e-6
"""What the order of a sum may change in a probability; of a number, relative to the largest."""
CLOSE = 1e-5
"""Where two classes are closer to each other than this, the order of a sum may decide."""
COMPARED_ROWS = 2000
_TREES = {"TreeEnsembleClassifier": "class", "TreeEnsembleRegressor": "target"}
_DOMAIN = "ai.onnx.ml"


@dataclass(slots=True)
class GroupedTrees:
    """The model, asked in groups, with the labels that it gives as a whole.

    The first rows are asked both ways; where these differ, everything is asked as a whole. So is
    each row that is so close between two classes that the order of a sum may decide.
    """

    whole: OnnxRuntime
    grouped: OnnxRuntime
    agrees: bool | None = field(default=None, init=False)
    """None: nothing was compared so far."""

    @property
    def signature(self) -> Signature:
        """See Runtime."""
        return self.whole.signature

    def predict(self, rows: Rows) -> Prediction:
        """See Runtime."""
        if self.agrees is None and len(rows):
            first = rows.part(0, min(len(rows), COMPARED_ROWS))
            self.agrees = is_same(self.whole.predict(first), self._answers(first))
        return self._answers(rows) if self.agrees else self.whole.predict(rows)

    def _answers(self, rows: Rows) -> Prediction:
        found = self.grouped.predict(rows)
        if found.probabilities is None:
            return found
        close = np.flatnonzero(_is_close(found.probabilities))
        if not len(close):
            return found
        exact = self.whole.predict(rows.taken(close.tolist()))
        found.values[close] = exact.values
        if exact.probabilities is not None:
            found.probabilities[close] = exact.probabilities
        return found


def is_same(one: Prediction, other: Prediction) -> bool:
    """Whether labels are equal, and what else is answered as equal as the order of a sum allows."""
    if one.probabilities is None or other.probabilities is None:
        scale = max(1.0, float(np.abs(one.values).max(initial=0.0)))
        return bool(np.abs(one.values - other.values).max(initial=0.0) <= SAME * scale)
    differences = np.abs(one.probabilities - other.probabilities)
    return bool((one.values == other.values).all() and differences.max(initial=0.0) <= SAME)


def _is_close(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    if probabilities.shape[1] == 2:
        return np.asarray(np.abs(probabilities[:, 0] - probabilities[:, 1]) < CLOSE)
    ranked = np.partition(probabilities, -2, axis=1)
    return np.asarray(ranked[:, -1] - ranked[:, -2] < CLOSE)


def grouped_trees(
    content: bytes, signature: Signature, most_nodes: int = MOST_NODES
) -> bytes | None:
    """The model with its trees in groups; None where it has none, or labels hang on more than them.

    Labels have to be those of the likeliest class: a threshold or a calibration behind the trees
    may decide elsewhere.
    """
    model = onnx.load_model_from_string(content)
    graph = model.graph
    found = [node for node in graph.node if node.op_type in _TREES and node.domain == _DOMAIN]
    if len(found) != 1:
        return None
    (node,) = found
    said = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    behind = {n.output[0]: n.input[0] for n in graph.node if n.op_type == "Identity"}
    outputs = [behind.get(output.name, output.name) for output in graph.output]
    is_regression = signature.task is Task.REGRESSION
    if signature.targets or (is_regression and node.op_type != "TreeEnsembleRegressor"):
        return None
    likeliest = outputs == list(node.output) or _are_of_votes(outputs, node.output[0], graph)
    if not is_regression and not (signature.probabilities and likeliest):
        return None
    parts = list(_groups(said, _TREES[node.op_type], most_nodes))
    if len(parts) < 2:
        return None
    made = _answering(node, said, parts, graph)
    if made is None:
        return None
    place = list(graph.node).index(node)
    nodes = [*graph.node[:place], *made, *graph.node[place + 1 :]]
    del graph.node[:]
    graph.node.extend(nodes)
    return bytes(model.SerializeToString())


def _are_of_votes(outputs: list[str], votes: str, graph: Any) -> bool:
    """Whether the label is the class with most votes, and probabilities are its share of them."""
    makers = {name: node for node in graph.node for name in node.output}
    made = [makers.get(output) for output in outputs]
    if [node and node.op_type for node in made] != ["Gather", "Div"]:
        return False
    label, shares = made
    most = makers.get(label.input[1]) if label else None
    counted = bool(shares and shares.input[0] == votes)
    return counted and most is not None and (most.op_type, most.input[0]) == ("ArgMax", votes)


def _groups(
    said: Mapping[str, Any], kind: str, most_nodes: int
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Which nodes and which leaves' weights belong to each group; nothing where it is not known."""
    known = {name for name in said if not name.endswith("_as_tensor")}
    if known != set(said) or not {"nodes_treeids", f"{kind}_treeids"} <= known:
        return
    of_nodes, of_leaves = (np.asarray(said[f"{of}_treeids"]) for of in ("nodes", kind))
    trees, counts = np.unique(of_nodes, return_counts=True)
    begun, nodes = 0, 0
    for number, count in enumerate(counts.tolist()):
        if nodes and nodes + count > most_nodes:
            yield _of_trees(of_nodes, of_leaves, trees[begun:number])
            begun, nodes = number, 0
        nodes += count
    yield _of_trees(of_nodes, of_leaves, trees[begun:])


def _of_trees(
    of_nodes: npt.NDArray[np.int64], of_leaves: npt.NDArray[np.int64], trees: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return np.flatnonzero(np.isin(of_nodes, trees)), np.flatnonzero(np.isin(of_leaves, trees))


def _answering(
    node: Any, said: Mapping[str, Any], parts: list[Any], graph: Any
) -> list[Any] | None:
    """The nodes that answer in place of the one with all trees; None where it is not known how."""
    kind, name = _TREES[node.op_type], node.output[-1]
    ids = sorted(set(said[f"{kind}_ids"]))
    if ids != list(range(len(ids))):
        return None
    sums = [f"{name}_group_{number}" for number in range(len(parts))]
    made = [
        _group(node.input[0], output, said, kind, part)
        for output, part in zip(sums, parts, strict=True)
    ]
    total = f"{name}_sum"
    made.append(helper.make_node("Sum", sums, [total]))
    base = said.get("base_values")
    if base:
        graph.initializer.append(
            numpy_helper.from_array(np.asarray([base], np.float32), f"{name}_base")
        )
        made.append(helper.make_node("Add", [total, f"{name}_base"], [f"{name}_based"]))
        total = f"{name}_based"
    after = said.get("post_transform", b"NONE")
    if kind == "target":
        if after != b"NONE" or said.get("aggregate_function", b"SUM") not in {b"SUM", b"AVERAGE"}:
            return None
        return [*made, *_number(node, said, total, graph)]
    return [*made, *labels] if (labels := _labels(node, said, total, graph, after)) else None


def _group(source: str, output: str, said: Mapping[str, Any], kind: str, part: Any) -> Any:
    of_nodes, of_leaves = part
    count = len(said["nodes_treeids"])
    attributes: dict[str, Any] = {
        name: [values[place] for place in of_nodes]
        for name, values in said.items()
        if name.startswith("nodes_") and len(values) == count
    }
    for what in ("treeids", "nodeids", "ids", "weights"):
        values = said[f"{kind}_{what}"]
        attributes[f"target_{what}"] = [values[place] for place in of_leaves]
    return helper.make_node(
        "TreeEnsembleRegressor",
        [source],
        [output],
        domain=_DOMAIN,
        n_targets=said["n_targets"] if kind == "target" else max(said["class_ids"]) + 1,
        aggregate_function="SUM",
        **attributes,
    )


def _number(node: Any, said: Mapping[str, Any], total: str, graph: Any) -> list[Any]:
    trees = len(set(said["nodes_treeids"]))
    share = 1 / trees if said.get("aggregate_function") == b"AVERAGE" else 1.0
    name = f"{node.output[0]}_share"
    graph.initializer.append(numpy_helper.from_array(np.asarray(share, np.float32), name))
    return [helper.make_node("Mul", [total, name], [node.output[0]])]


def _labels(node: Any, said: Mapping[str, Any], total: str, graph: Any, after: bytes) -> list[Any]:
    """The nodes from summed scores to labels and probabilities; none where it is not known how.

    Where only the second of two classes has scores, the first one's is what is left.
    """
    label, name = node.output
    classes = said.get("classlabels_strings") or said.get("classlabels_int64s") or []
    alone = max(said["class_ids"]) == 0 and len(classes) == 2
    if alone and after == b"NONE" and min(said["class_weights"]) < 0:
        return []
    operators = {b"NONE": "Identity", b"LOGISTIC": "Sigmoid"} | (
        {} if alone else {b"SOFTMAX": "Softmax"}
    )
    if after not in operators or not (alone or len(classes) == max(said["class_ids"]) + 1):
        return []
    made = [helper.make_node(operators[after], [total], [f"{name}_second" if alone else name])]
    if alone:
        graph.initializer.append(
            numpy_helper.from_array(np.asarray(1, np.float32), f"{name}_whole")
        )
        made.append(helper.make_node("Sub", [f"{name}_whole", f"{name}_second"], [f"{name}_first"]))
        both = [f"{name}_first", f"{name}_second"]
        made.append(helper.make_node("Concat", both, [name], axis=1))
    values = np.asarray(classes, object if isinstance(classes[0], bytes) else np.int64)
    graph.initializer.append(numpy_helper.from_array(values, f"{name}_classes"))
    return [
        *made,
        helper.make_node("ArgMax", [name], [f"{name}_likeliest"], axis=1, keepdims=0),
        helper.make_node("Gather", [f"{name}_classes", f"{name}_likeliest"], [label]),
    ]
