"""Two transformers of one's own, and how each is said in ONNX.

A server knows no class of yours. With these conversions it needs none: the steps are part of the
model that it loads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx.algebra.onnx_ops import OnnxConcat, OnnxDiv, OnnxGather, OnnxMax, OnnxMin
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

OPSET = 18


class Capped(TransformerMixin, BaseEstimator):
    """Numbers are cut off where the train rows' outermost percents began."""

    def __init__(self, percent: float = 1.0) -> None:
        self.percent = percent

    def fit(self, numbers: np.ndarray, _: object = None) -> Capped:
        """Keep the two percentiles of each column."""
        ends = (self.percent, 100 - self.percent)
        self.low_, self.high_ = np.percentile(numbers, ends, axis=0).astype(np.float32)
        return self

    def transform(self, numbers: np.ndarray) -> np.ndarray:
        """The numbers within their bounds, with 32 bits."""
        check_is_fitted(self)
        return np.clip(np.asarray(numbers, dtype=np.float32), self.low_, self.high_)


class Ratios(TransformerMixin, BaseEstimator):
    """One column more for each pair: the first one's number by the second one's."""

    def __init__(self, pairs: tuple[tuple[int, int], ...]) -> None:
        self.pairs = pairs

    def fit(self, numbers: np.ndarray, _: object = None) -> Ratios:
        """Nothing is learnt but how many columns there are."""
        self.n_features_in_ = numbers.shape[1]
        return self

    def transform(self, numbers: np.ndarray) -> np.ndarray:
        """All columns, then the ratios."""
        check_is_fitted(self)
        above, below = (list(side) for side in zip(*self.pairs, strict=True))
        return np.hstack([numbers, numbers[:, above] / numbers[:, below]])


def _capped_in_onnx(scope: Any, operator: Any, container: Any) -> None:
    step, (given,), (made,) = operator.raw_operator, operator.inputs, operator.outputs
    raised = OnnxMax(given, step.low_[np.newaxis], op_version=OPSET)
    cut = OnnxMin(raised, step.high_[np.newaxis], op_version=OPSET, output_names=[made])
    cut.add_to(scope, container)


def _ratios_in_onnx(scope: Any, operator: Any, container: Any) -> None:
    step, (given,), (made,) = operator.raw_operator, operator.inputs, operator.outputs
    above, below = (np.array(side, dtype=np.int64) for side in zip(*step.pairs, strict=True))
    parts = (OnnxGather(given, side, axis=1, op_version=OPSET) for side in (above, below))
    ratios = OnnxDiv(*parts, op_version=OPSET)
    OnnxConcat(given, ratios, axis=1, op_version=OPSET, output_names=[made]).add_to(
        scope, container
    )


def _same_width(operator: Any) -> None:
    operator.outputs[0].type = FloatTensorType([None, operator.inputs[0].type.shape[1]])


def _wider(operator: Any) -> None:
    width = operator.inputs[0].type.shape[1] + len(operator.raw_operator.pairs)
    operator.outputs[0].type = FloatTensorType([None, width])


update_registered_converter(Capped, "OwnCapped", _same_width, _capped_in_onnx)
update_registered_converter(Ratios, "OwnRatios", _wider, _ratios_in_onnx)
