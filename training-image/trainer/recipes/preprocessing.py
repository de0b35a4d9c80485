"""How does a table become what the estimator can be fitted on?"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from modelbundle.signature import Feature, Kind
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.boosting import boosted_parts
from trainer.tasks.train_task import MAX_CATEGORIES

if TYPE_CHECKING:
    import pandas as pd

# Families in which a feature's unit changes the fit. Trees and counts-based models are left alone.
_SCALED_FAMILIES = frozenset(
    {
        "cross_decomposition",
        "discriminant_analysis",
        "gaussian_process",
        "kernel_ridge",
        "linear_model",
        "neighbors",
        "neural_network",
        "semi_supervised",
        "svm",
    }
)


Branch = tuple[str, Any, Any]
"""Name, transformer, and positions of columns (or one position: that column as a list)."""


class PreprocessingMode(StrEnum):
    """What is done to the features before the estimator sees them."""

    AUTO = "Auto"
    NONE = "None"
    CUSTOM = "Custom"


def with_preprocessing(
    estimator: BaseEstimator,
    mode: PreprocessingMode,
    features: Sequence[Feature],
    frame: pd.DataFrame,
    categories: int = MAX_CATEGORIES,
) -> BaseEstimator:
    """The unfitted model: the estimator alone (None), or behind imputing, scaling and encoding.

    Auto imputes numbers by the median and booleans by the most frequent value, scales numbers for
    the families where units matter, and encodes the most frequent texts of a column, at most
    `categories`; any other text becomes all zeros. Boosted trees get numbers and booleans as they
    are: they choose a branch for missing values themselves.
    Raises UserFault(ParameterInvalid) for None with a category among the features.
    """
    boosted = any(boosted_parts(estimator))
    if mode is PreprocessingMode.NONE:
        _refuse_texts(estimator, features)
        if not boosted:
            return estimator
    scaled = _family(estimator) in _SCALED_FAMILIES
    numbers = all(feature.kind in (Kind.FLOAT, Kind.INTEGER) for feature in features)
    if numbers and not boosted:
        return Pipeline([*_number_steps(scaled), ("model", estimator)])
    return behind_columns(estimator, auto_branches(estimator, features, frame, categories))


def behind_columns(estimator: BaseEstimator, branches: Sequence[Branch]) -> Pipeline:
    """The unfitted estimator behind these transformers of columns.

    LightGBM gets numbers of the 32 bits that servers hand on and that XGBoost reads: else it tells
    apart what is one number to them.
    """
    narrow = "lightgbm" in {part.__module__.split(".")[0] for part in boosted_parts(estimator)}
    narrowing = [("narrow", _float32())] if narrow else []
    columns = ColumnTransformer(list(branches), sparse_threshold=0)
    return Pipeline([("columns", columns), *narrowing, ("model", estimator)])


def auto_branches(
    estimator: BaseEstimator,
    features: Sequence[Feature],
    frame: pd.DataFrame,
    categories: int,
    leave_out: frozenset[int] = frozenset(),
) -> list[Branch]:
    """What Auto does to each kind of feature, but for those at the positions in `leave_out`."""
    # Positions, not names: they mean the same for a table, a matrix and ONNX inputs.
    numbers = _positions(features, Kind.FLOAT, Kind.INTEGER)
    flags = _positions(features, Kind.BOOLEAN)
    encoded = [p for p in _positions(features, Kind.CATEGORY) if p not in leave_out]
    kept = [_frequent(frame[features[position].name].tolist(), categories) for position in encoded]
    encoder = OneHotEncoder(categories=kept, handle_unknown="ignore", sparse_output=False)
    branches: list[Branch]
    if any(boosted_parts(estimator)):
        # A matrix without column names: the libraries would write them into the trees, and the
        # conversion would refuse them.
        branches = [("numbers", "passthrough", sorted([*numbers, *flags]))]
    else:
        steps = Pipeline(_number_steps(_family(estimator) in _SCALED_FAMILIES))
        most_frequent = SimpleImputer(strategy="most_frequent", keep_empty_features=True)
        branches = [("numbers", steps, numbers), ("flags", most_frequent, flags)]
    rest = [
        (name, transformer, [position for position in positions if position not in leave_out])
        for name, transformer, positions in [*branches, ("categories", encoder, encoded)]
    ]
    return [branch for branch in rest if branch[2]]


def _float32() -> BaseEstimator:
    # Imported here: it brings a whole converter, which no other recipe trains with.
    found: BaseEstimator = importlib.import_module("skl2onnx.sklapi").CastTransformer()
    return found


def _refuse_texts(estimator: BaseEstimator, features: Sequence[Feature]) -> None:
    texts = [feature.name for feature in features if not feature.numeric]
    if texts:
        raise UserFault(
            Reason.PARAMETER_INVALID,
            f"preprocessing None gives {type(estimator).__name__} the columns as they are, but"
            f" {', '.join(texts[:5])} hold text. Use mode Auto, or give these columns the role"
            " Ignore in the Dataset.",
        )


def _number_steps(scaled: bool) -> list[tuple[str, BaseEstimator]]:
    steps: list[tuple[str, BaseEstimator]] = [
        ("impute", SimpleImputer(strategy="median", keep_empty_features=True))
    ]
    return [*steps, ("scale", StandardScaler())] if scaled else steps


def _positions(features: Sequence[Feature], *kinds: Kind) -> list[int]:
    return [position for position, feature in enumerate(features) if feature.kind in kinds]


def uncommon_texts(
    features: Sequence[Feature], frame: pd.DataFrame, categories: int
) -> Iterator[str]:
    """A sentence for each feature that has more texts than are kept apart."""
    for feature in features:
        if feature.numeric:
            continue
        counts = frame[feature.name].value_counts()
        if len(counts) > categories:
            others = int(counts.sort_values(ascending=False).iloc[categories:].sum())
            share = 100 * others / max(1, len(frame))
            yield (
                f"column {feature.name}: the {categories} most frequent of {len(counts)} texts are"
                f" kept apart (maxCategories); {share:.2g} % of the rows have another"
            )


def _frequent(values: Sequence[str], most: int) -> list[str]:
    """The most frequent values in sorted order; equal counts are settled by the text."""
    ranked = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return sorted(value for value, _ in ranked[:most])


def _family(estimator: BaseEstimator) -> str:
    parts = type(estimator).__module__.split(".")
    return parts[1] if len(parts) > 1 else ""
