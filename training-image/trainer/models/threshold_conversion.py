"""How does skl2onnx come to know a classifier whose answer follows from a threshold?

Of its own it knows the one that tunes, and forgets the threshold.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx._supported_operators import sklearn_operator_name_map
from skl2onnx.common.data_types import Int64TensorType, StringTensorType
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from skl2onnx.proto import onnx_proto
from sklearn.model_selection import FixedThresholdClassifier


def thresholds_known() -> None:
    """skl2onnx converts FixedThresholdClassifier from now on."""
    update_registered_converter(
        FixedThresholdClassifier,
        "TrainyardFixedThresholdClassifier",
        calculate_linear_classifier_output_shapes,
        _convert,
        options={"zipmap": [True, False, "columns"], "nocl": [True, False]},
    )


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """The label is a choice between two, by one column of the inner classifier's probabilities."""
    model = operator.raw_operator
    inner = scope.declare_local_operator(
        sklearn_operator_name_map[type(model.estimator_)], model.estimator_
    )
    inner.inputs = operator.inputs
    texts = model.classes_.dtype.kind in "OUS"
    label_type = StringTensorType() if texts else Int64TensorType()
    label = scope.declare_local_variable("label", label_type)
    shares = scope.declare_local_variable("shares", operator.outputs[1].type.__class__())
    inner.outputs.extend([label, shares])
    names = {
        name: scope.get_unique_variable_name(name)
        for name in ("place", "limit", "yes", "no", "column", "exact", "above", "flat", "one")
    }
    (place,) = np.flatnonzero(model.classes_ == model.pos_label).tolist()
    classes = [str(c).encode() if texts else int(c) for c in model.classes_.tolist()]
    kind = onnx_proto.TensorProto.STRING if texts else onnx_proto.TensorProto.INT64
    whole, double = onnx_proto.TensorProto.INT64, onnx_proto.TensorProto.DOUBLE
    container.add_initializer(names["place"], whole, [1], [place])
    container.add_initializer(names["limit"], double, [1], [float(model.threshold)])
    container.add_initializer(names["yes"], kind, [1], [classes[place]])
    container.add_initializer(names["no"], kind, [1], [classes[1 - place]])
    container.add_initializer(names["one"], whole, [1], [-1])
    node = container.add_node
    node("Gather", [shares.full_name, names["place"]], names["column"], axis=1)
    node("Cast", names["column"], names["exact"], to=double)
    node("GreaterOrEqual", [names["exact"], names["limit"]], names["above"], op_version=12)
    node("Where", [names["above"], names["yes"], names["no"]], names["flat"], op_version=9)
    node("Reshape", [names["flat"], names["one"]], operator.outputs[0].full_name, op_version=13)
    node("Identity", shares.full_name, operator.outputs[1].full_name)
