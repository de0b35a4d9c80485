"""Is it the trees of one node alone on which the answers of a model in ONNX hang?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from onnx import helper, numpy_helper

from modelbundle.signature import Signature, Task

DOMAIN = "ai.onnx.ml"
_KINDS = {"TreeEnsembleClassifier": "class", "TreeEnsembleRegressor": "target"}
_BEHIND_SCORES = frozenset({b"NONE", b"LOGISTIC", b"SOFTMAX"})


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """The sums are votes: a class has as much probability as trees voted for it."""

    trees: np.float32
    classes: list[Any]


@dataclass(frozen=True, slots=True, eq=False)
class TreeNode:
    """The node, its attributes by their names, and whether nothing lies between it and the model's
    outputs but the counting of votes.
    """

    node: Any
    said: Mapping[str, Any]
    is_last: bool
    votes: Votes | None = None

    @property
    def kind(self) -> str:
        """How the attributes call what leaves add to: class or target."""
        return _KINDS[self.node.op_type]

    @property
    def outputs(self) -> int:
        """How many sums there are; 0 where they are not numbered one after the other."""
        ids = sorted(set(self.said[f"{self.kind}_ids"]))
        return len(ids) if ids == list(range(len(ids))) else 0

    @property
    def base(self) -> list[float]:
        """What is added to each sum beside the trees; nothing where it is empty."""
        return list(self.said.get("base_values", ()))

    @property
    def behind(self) -> bytes:
        """The function behind the sums."""
        return bytes(self.said.get("post_transform", b"NONE"))

    @property
    def share(self) -> float:
        """By what the sums of a regression are multiplied."""
        if self.said.get("aggregate_function", b"SUM") == b"SUM":
            return 1.0
        return 1 / len(set(self.said["nodes_treeids"]))

    @property
    def classes(self) -> list[Any]:
        """The labels in the order of their scores: bytes or numbers."""
        if self.votes is not None:
            return self.votes.classes
        return list(self.said.get("classlabels_strings") or self.said["classlabels_int64s"])

    @property
    def second_alone(self) -> bool:
        """Whether of two classes the second one alone has scores: the first has what is left."""
        return self.outputs == 1 and len(self.classes) == 2


def tree_node(graph: Any, signature: Signature) -> TreeNode | None:
    """The node whose trees decide; None where there is none, or labels hang on more than them.

    Labels have to be those of the likeliest class: a threshold or a calibration behind the trees
    may decide elsewhere.
    """
    found = [node for node in graph.node if node.op_type in _KINDS and node.domain == DOMAIN]
    if len(found) != 1 or signature.targets:
        return None
    (node,) = found
    said = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    renamed = {n.output[0]: n.input[0] for n in graph.node if n.op_type == "Identity"}
    outputs = [renamed.get(output.name, output.name) for output in graph.output]
    known = TreeNode(node, said, is_last=outputs == list(node.output))
    if signature.task is Task.CLASSIFICATION:
        if not signature.probabilities:
            return None
        if known.kind == "target":
            known = replace(known, is_last=True, votes=_votes(graph, outputs, node.output[0]))
        if not known.is_last or (known.kind == "target" and known.votes is None):
            return None
    elif known.kind != "target":
        return None
    return known if _is_known(known) else None


def _votes(graph: Any, outputs: list[str], counted: str) -> Votes | None:
    """How votes are counted behind the trees; None where something else lies there."""
    makers = {name: node for node in graph.node for name in node.output}
    constants = {given.name: given for given in graph.initializer}
    label, shares = _made_by(makers, outputs[0], "Gather"), _made_by(makers, outputs[-1], "Div")
    if len(label) != 2 or len(shares) != 2:
        return None
    (classes, likeliest), (votes, trees) = label, shares
    if _made_by(makers, likeliest, "ArgMax") != [votes] or not {classes, trees} <= {*constants}:
        return None
    both = _made_by(makers, votes, "Concat")
    of_two = len(both) == 2 and both[1] == counted
    if of_two and _made_by(makers, both[0], "Sub") != [trees, counted]:
        return None
    if not of_two and votes != counted:
        return None
    labels = numpy_helper.to_array(constants[classes]).tolist()
    return Votes(
        np.float32(numpy_helper.to_array(constants[trees]).item()),
        [name.encode() if isinstance(name, str) else name for name in labels],
    )


def _made_by(makers: Mapping[str, Any], name: str, kind: str) -> list[str]:
    """What the node of that kind is given that makes it; nothing where another one does."""
    node = makers.get(name)
    return list(node.input) if node is not None and node.op_type == kind else []


def _is_known(of: TreeNode) -> bool:
    """Whether its answers follow from its sums in a way that is known here."""
    said, outputs = of.said, of.outputs
    if not outputs or any(name.endswith("_as_tensor") for name in said):
        return False
    if of.kind == "target":
        if of.votes is not None and not (of.second_alone or len(of.classes) == outputs):
            return False
        summed = said.get("aggregate_function", b"SUM") in {b"SUM", b"AVERAGE"}
        return summed and of.behind == b"NONE"
    if of.second_alone:
        # Where a weight may be below zero, the first class is not what is left of one.
        shares = of.behind == b"NONE" and min(said["class_weights"]) >= 0
        return shares or of.behind == b"LOGISTIC"
    return of.behind in _BEHIND_SCORES and len(of.classes) == outputs
