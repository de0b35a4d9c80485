"""How does skl2onnx come to know the probabilities of a discriminant analysis of two classes?

scikit-learn answers them by the logistic function, its converter by softmax of both signs, which
is the logistic function of twice the number.
"""

from __future__ import annotations

from typing import Any

from skl2onnx import update_registered_converter
from skl2onnx.common._registration import get_converter
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression

_CHOICES = {"zipmap": [True, False, "columns"], "nocl": [True, False]}


def discriminants_known() -> None:
    """skl2onnx converts LinearDiscriminantAnalysis as scikit-learn answers from now on."""
    update_registered_converter(
        LinearDiscriminantAnalysis,
        "TrainyardLinearDiscriminantAnalysis",
        calculate_linear_classifier_output_shapes,
        _convert,
        options={**_CHOICES, "raw_scores": [True, False]},
    )


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """As a logistic regression with the same coefficients: the two answer alike from there on."""
    analysis = operator.raw_operator
    convert = get_converter("SklearnLinearClassifier")
    if container.get_options(analysis, {"raw_scores": False})["raw_scores"]:
        convert(scope, operator, container)
        return
    like = LogisticRegression()
    for name in ("coef_", "intercept_", "classes_"):
        setattr(like, name, getattr(analysis, name))
    operator.raw_operator = like
    try:
        convert(scope, operator, container)
    finally:
        operator.raw_operator = analysis
