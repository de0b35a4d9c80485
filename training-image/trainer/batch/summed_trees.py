"""What does a model answer whose trees XGBoost's predictor has summed up?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx

from modelbundle.faults import PredictionInvalid
from modelbundle.prediction import Prediction, checked_prediction
from modelbundle.rows import Rows
from modelbundle.signature import Signature
from trainer.batch.tree_nodes import TreeNode, tree_node
from trainer.batch.xgboost_model import MOST_NODES, xgboost_model
from trainer.batch.xgboost_predictor import XGBoostFault, XGBoostPredictor, xgboost_library

Shares = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SummedTrees:
    """A Runtime: sums of leaves, and what its node of ONNX makes of them."""

    signature: Signature
    of: TreeNode
    predictor: XGBoostPredictor

    def predict(self, rows: Rows) -> Prediction:
        """See Runtime. Raises PredictionInvalid where a sum is not finite."""
        sums = self.predictor.sums(rows.numbers)
        if self.of.base:
            sums += np.asarray(self.of.base, np.float32)
        votes = self.of.votes
        if self.of.kind == "target" and votes is None:
            numbers = sums * np.float32(self.of.share)
            return checked_prediction(numbers, None, len(rows), self.signature)
        if not np.isfinite(sums).all():
            raise PredictionInvalid("the model answered with a score that is not finite")
        whole = votes.trees if votes is not None else np.float32(1)
        shares = _BEHIND[self.of.behind](sums)
        if self.of.second_alone:
            shares = np.hstack((whole - shares, shares))
        shares = shares / whole if votes is not None else shares
        likeliest = shares[:, 1] > shares[:, 0] if shares.shape[1] == 2 else shares.argmax(axis=1)
        labels = self._labels()
        return Prediction(labels.take(likeliest), shares.astype(np.float64))

    def _labels(self) -> npt.NDArray[np.object_ | np.int64]:
        classes = self.of.classes
        if isinstance(classes[0], bytes):
            return np.asarray([label.decode() for label in classes], object)
        return np.asarray(classes, np.int64)


def summed_trees(
    content: bytes, signature: Signature, most_nodes: int = MOST_NODES
) -> SummedTrees | None:
    """The model as sums of XGBoost's predictor; None where it would answer otherwise, or the
    library is not installed.

    The trees have to read the features as they are.
    """
    library = xgboost_library()
    graph = onnx.load_model_from_string(content).graph
    of = tree_node(graph, signature)
    if library is None or of is None or not of.is_last or not signature.all_numeric:
        return None
    if [of.node.input[0]] != [given.name for given in graph.input]:
        return None
    if graph.input[0].type.tensor_type.elem_type != onnx.TensorProto.FLOAT:
        return None
    model = xgboost_model(of, len(signature.features), most_nodes)
    if model is None:
        return None
    try:
        predictor = XGBoostPredictor(library, model.content, model.ends)
        return SummedTrees(signature, of, predictor)
    except XGBoostFault:
        return None


def _logistic(sums: Shares) -> Shares:
    # By the smaller of two powers, which is what ONNX Runtime computes too, and never too large.
    small = np.exp(-np.abs(sums))
    return np.asarray(np.where(sums < 0, small, np.float32(1)) / (1 + small))


def _softmax(sums: Shares) -> Shares:
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _as_they_are(sums: Shares) -> Shares:
    return sums


_BEHIND = {b"NONE": _as_they_are, b"LOGISTIC": _logistic, b"SOFTMAX": _softmax}
