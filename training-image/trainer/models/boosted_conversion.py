"""How does skl2onnx come to know the trees of XGBoost and LightGBM?"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from skl2onnx import get_latest_tested_opset_version, update_registered_converter
from skl2onnx.common.shape_calculator import (
    calculate_linear_classifier_output_shapes,
    calculate_linear_regressor_output_shapes,
)
from sklearn.base import is_classifier

from trainer.recipes.boosting import boosted_parts

_CONVERTERS = {
    "lightgbm": ("onnxmltools.convert.lightgbm.operator_converters.LightGbm", "convert_lightgbm"),
    "xgboost": ("onnxmltools.convert.xgboost.operator_converters.XGBoost", "convert_xgboost"),
}
# The converters write trees as version 3 of ai.onnx.ml has them.
_OPSETS = {"": get_latest_tested_opset_version(), "ai.onnx.ml": 3}
_CHOICES = {"zipmap": [True, False, "columns"], "nocl": [True, False]}


@contextmanager
def boosted_trees_known(estimator: Any) -> Iterator[dict[str, int] | None]:
    """skl2onnx converts every boosted part of the estimator, however its columns are called, to the
    sets of operators that are yielded; None: to any.

    The converter of XGBoost reads the positions of columns from their names: while it works, they
    have none.
    """
    named: list[tuple[Any, list[str]]] = []
    found = list(boosted_parts(estimator))
    for part in found:
        kind = type(part)
        library = kind.__module__.split(".")[0]
        module, function = _CONVERTERS[library]
        classifies = is_classifier(part)
        update_registered_converter(
            kind,
            f"{library.capitalize()}{kind.__name__}",
            calculate_linear_classifier_output_shapes
            if classifies
            else calculate_linear_regressor_output_shapes,
            getattr(importlib.import_module(module), function),
            options=_CHOICES if classifies else None,
        )
        if library == "xgboost" and part.__sklearn_is_fitted__():
            booster = part.get_booster()
            if booster.feature_names is not None:
                named.append((booster, booster.feature_names))
                booster.feature_names = None
    try:
        yield _OPSETS if found else None
    finally:
        for booster, names in named:
            booster.feature_names = names
