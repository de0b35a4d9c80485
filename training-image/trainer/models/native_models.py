"""What does a scikit-learn estimator take and answer, whoever fitted it?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from modelbundle.signature import Feature, Label, Signature, Task
from modelbundle.sklearn_runtime import has_probabilities
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.estimators import task_of


def native_signature(
    estimator: Any, features: Sequence[Feature], targets: Sequence[str] = ()
) -> Signature:
    """The signature of a fitted estimator on these columns of the data.

    `targets`: what the data wants predicted; several make a regression answer as many numbers. A
    classifier answers all of them, or the first alone, as it was fitted.
    An estimator that was fitted on named columns takes those, in its own order; one fitted on a
    bare matrix takes all features. Raises UserFault(ModelUnreadable) when neither fits, or when it
    is neither classifier nor regressor.
    """
    task = task_of(estimator)
    if task is None or not hasattr(estimator, "predict"):
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"the model is a {type(estimator).__name__}, which is neither a classifier nor a"
            " regressor; store the fitted estimator (or a Pipeline that ends in one)",
        )
    used = _used_features(estimator, features)
    if task is Task.REGRESSION:
        return Signature(task, (), used, False, several(targets))
    classes = _classes(estimator, targets)
    return class_signature(classes, used, has_probabilities(estimator), targets)


def class_signature(
    classes: Sequence[tuple[Label, ...]],
    features: tuple[Feature, ...],
    probabilities: bool,
    targets: Sequence[str],
) -> Signature:
    """The signature of a classifier with these classes per target.

    Raises UserFault(ModelUnreadable) for labels of several types.
    """
    alone = len(classes) == 1
    signature = Signature(
        Task.CLASSIFICATION,
        tuple(label for of_one in classes for label in of_one),
        features,
        probabilities,
        () if alone else tuple(targets),
        () if alone else tuple(map(len, classes)),
    )
    try:
        signature.outputs  # noqa: B018  (raises for classes of several types)
    except ValueError as error:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"the model's labels are of several types: {error}; fit it on labels of one type, or"
            " one model per target",
        ) from error
    return signature


def several(targets: Sequence[str]) -> tuple[str, ...]:
    """The targets as a Signature names them: none where there is one."""
    return tuple(targets) if len(targets) > 1 else ()


def _used_features(estimator: Any, features: Sequence[Feature]) -> tuple[Feature, ...]:
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None:
        by_name = {feature.name: feature for feature in features}
        foreign = [str(name) for name in names if name not in by_name]
        if foreign:
            raise UserFault(
                Reason.MODEL_UNREADABLE,
                f"the model was fitted on {', '.join(foreign[:5])}, but the dataset's features are"
                f" {', '.join(by_name)}; fit it on these columns",
            )
        return tuple(by_name[name] for name in names)
    width = getattr(estimator, "n_features_in_", len(features))
    if width != len(features):
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"the model was fitted on {width} columns without names, but the dataset has"
            f" {len(features)} features; fit it on a table with column names, or on all features",
        )
    return tuple(features)


def _classes(estimator: Any, targets: Sequence[str]) -> list[tuple[Label, ...]]:
    """The classes of each target that the estimator was fitted on."""
    listed: Any = getattr(estimator, "classes_", None)
    per_target = isinstance(listed, list | tuple) and all(np.ndim(item) == 1 for item in listed)
    found = [np.asarray(item) for item in (listed if per_target else (listed,))]
    counted = len(found) == len(targets) > 1 if per_target else True
    if not counted or not all(item.ndim == 1 and len(item) > 1 for item in found):
        wanted = (
            f"{targets[0]} alone, or {', '.join(targets)}" if len(targets) > 1 else "one target"
        )
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"the model's classes_ are {listed!r:.100}; a classifier of {wanted} with at least two"
            " classes is needed",
        )
    return [tuple(as_label(value) for value in item.tolist()) for item in found]


def as_label(value: Any) -> Label:
    """A label as JSON can say it: whole floats are integers."""
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value)
