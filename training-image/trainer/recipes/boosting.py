"""Which boosted trees of XGBoost and LightGBM may a recipe name, and how are they built and kept?

Both libraries are imported only where a recipe or a model needs them.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import VotingClassifier

from modelbundle.sklearn_runtime import parts_of

CLASSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "lightgbm": ("LGBMClassifier", "LGBMRegressor"),
        "xgboost": ("XGBClassifier", "XGBRegressor"),
    }
)

# LightGBM takes any further word and ignores those that it does not know. These it knows; what is
# left out moves files or machines about, or does not convert to ONNX.
_LIGHTGBM_WORDS = (
    *("alpha", "boost_from_average", "data_sample_strategy", "deterministic", "drop_rate"),
    *("early_stopping_min_delta", "early_stopping_rounds", "extra_trees", "fair_c"),
    *("feature_fraction_bynode", "force_col_wise", "force_row_wise", "interaction_constraints"),
    *("is_unbalance", "max_bin", "max_delta_step", "max_drop", "metric", "min_data_in_bin"),
    *("monotone_constraints", "monotone_constraints_method", "monotone_penalty"),
    *("neg_bagging_fraction", "other_rate", "path_smooth", "poisson_max_delta_step"),
    *("pos_bagging_fraction", "reg_sqrt", "scale_pos_weight", "sigmoid", "skip_drop", "top_rate"),
    *("tweedie_variance_power", "use_missing", "verbosity"),
)

_ENCODED = (
    "columns of type Category are encoded before the trees see them: leave it out, or bring a"
    " container that trains on its own encoding and exports ONNX"
)
_REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "callbacks": "a recipe holds no code: bring a container",
        "cat_feature": _ENCODED,
        "categorical_feature": _ENCODED,
        "device": "this image computes on processors alone: leave it out, or bring a container",
        "device_type": "this image computes on processors alone: leave it out",
        "enable_categorical": _ENCODED,
        "feature_types": _ENCODED,
        "linear_tree": "trees with linear leaves do not convert to ONNX: leave it out",
        "missing": "missing values are always NaN here: leave it out",
        "zero_as_missing": "a zero that means nothing is declared as missing in the Dataset"
        " (csv.nullValues)",
    }
)
_NO_CLASS_WEIGHT = (
    "XGBoost has none: write scale_pos_weight for two classes, or give the Dataset a column of role"
    " Weight"
)
_THRESHOLDS = re.compile(r"^threshold=(.+)$", re.MULTILINE)
_SIZES = re.compile(r"^tree_sizes=.*\n", re.MULTILINE)
_THREADS = re.compile(r"\[num_threads: -?\d+\]")


def is_boosted(item: Any) -> bool:
    """True for an estimator, or a class, of XGBoost or LightGBM."""
    kind = item if isinstance(item, type) else type(item)
    return kind.__module__.split(".")[0] in CLASSES and issubclass(kind, BaseEstimator)


def boosted_parts(model: Any) -> Iterator[Any]:
    """Every estimator of XGBoost or LightGBM inside the model, itself included."""
    return (part for part in parts_of(model) if is_boosted(part))


def boosted_class(library: str, name: str) -> type[BaseEstimator] | None:
    """The class of this name, None where a recipe cannot name it."""
    if name not in CLASSES[library]:
        return None
    found: type[BaseEstimator] = getattr(importlib.import_module(library), name)
    return found


def parameter_names(cls: type[BaseEstimator]) -> tuple[str, ...]:
    """What a recipe may say to the constructor: these libraries hide much of it in `**kwargs`."""
    more = _LIGHTGBM_WORDS if _library(cls) == "lightgbm" else ()
    return tuple(sorted({*cls().get_params(), *more} - set(_REFUSED)))


def why_refused(cls: type[BaseEstimator], parameter: str) -> str:
    """What to do instead of giving this parameter, or ""."""
    if parameter == "class_weight" and _library(cls) == "xgboost":
        return _NO_CLASS_WEIGHT
    return _REFUSED.get(parameter, "")


def with_defaults(cls: type[BaseEstimator], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, and what makes LightGBM quiet and its trees the same with more threads."""
    if _library(cls) != "lightgbm":
        return dict(parameters)
    usual: dict[str, Any] = {"deterministic": True, "verbosity": -1}
    if "force_col_wise" not in parameters:
        usual["force_row_wise"] = True
    return usual | dict(parameters)


def with_labels(estimator: BaseEstimator) -> BaseEstimator:
    """The same estimator for labels of any kind; itself where it takes them.

    XGBoost counts classes from 0. A vote with one voter numbers the labels and names them again,
    and says the same otherwise.
    """
    if _library(type(estimator)) != "xgboost" or not hasattr(estimator, "predict_proba"):
        return estimator
    return VotingClassifier([("model", estimator)], voting="soft", flatten_transform=False)


def settle_trees(model: Any) -> None:
    """Every fitted boosted part is the same on any machine, and in 32 bits as in 64.

    The number of threads is 1. A threshold of LightGBM becomes the next lower number of 32 bits:
    to numbers of 32 bits it is the same, and ONNX, which would round it, cannot round it up.
    """
    for part in boosted_parts(model):
        if not part.__sklearn_is_fitted__():
            continue
        part.set_params(n_jobs=None)
        if _library(type(part)) == "xgboost":
            part.get_booster().set_param({"nthread": 1})
            continue
        booster = part.booster_
        text = _THREADS.sub("[num_threads: 1]", booster.model_to_string())
        # The sizes of the trees in the text are left out: they change with the thresholds.
        booster.model_from_string(_THRESHOLDS.sub(_narrowed, _SIZES.sub("", text)))
        booster.params["num_threads"] = 1


def _narrowed(line: re.Match[str]) -> str:
    exact = np.array(line[1].split(), dtype=np.float64)
    most = np.finfo(np.float32).max
    nearest = np.clip(exact, -most, most).astype(np.float32)
    lower = np.where(nearest > exact, np.nextafter(nearest, np.float32(-most)), nearest)
    return "threshold=" + " ".join(f"{number:.17g}" for number in lower.tolist())


def _library(cls: type) -> str:
    return cls.__module__.split(".")[0]
