"""How do a classifier's scores become probabilities that hold, and its probabilities a label?

`calibration` fits the probabilities to how often they come true, by rows that each fitted part has
not seen; `threshold` says from which probability on the answer is a class. Both are scikit-learn's
own and a part of the model, so requests and servers know nothing of them.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, make_scorer
from sklearn.model_selection import (
    FixedThresholdClassifier,
    StratifiedKFold,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import Pipeline

from modelbundle.signature import Label
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.boosting import is_boosted
from trainer.tasks.train_task import Calibration, Estimator, Threshold

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]
_FOLDS = 5


def refuse_undecidable(recipe: Estimator, estimator: BaseEstimator, answers: Array) -> None:
    """Raises UserFault(ParameterInvalid) for what neither can be applied to."""
    for name, wanted in (("calibration", recipe.calibration), ("threshold", recipe.threshold)):
        if wanted is not None and (not is_classifier(estimator) or answers.ndim > 1):
            raise _refused(f"{name} is of classifiers of one target: leave it out")
    if recipe.calibration is not None:
        _refuse_uncalibrated(recipe.calibration, estimator, answers)
    if recipe.threshold is not None:
        _refuse_undivided(recipe.threshold, answers)


def _refuse_uncalibrated(wanted: Calibration, estimator: BaseEstimator, answers: Array) -> None:
    if is_boosted(estimator):
        raise _refused(
            f"calibration of {type(estimator).__name__} is not converted to ONNX, by which alone"
            " servers answer it: leave it out, or take"
            " sklearn.ensemble.HistGradientBoostingClassifier"
        )
    if isinstance(getattr(estimator, "class_weight", None), Mapping):
        raise _refused(
            "calibration numbers the classes in its folds, where class_weight names them: say"
            " class_weight: balanced, give the Dataset a column of role Weight, or leave one out"
        )
    _refuse_rare(answers, wanted.folds, "calibration.folds:")


def _refuse_undivided(wanted: Threshold, answers: Array) -> None:
    labels = [str(label) for label in np.unique(answers).tolist()]
    if len(labels) != 2 or wanted.class_ not in labels:
        raise _refused(
            f"threshold.class is {wanted.class_}, and the target has the classes"
            f" {', '.join(labels)}; a threshold divides two classes and names one of them"
        )
    if wanted.metric is not None:
        _refuse_rare(answers, _FOLDS, "threshold.metric, which judges by folds:")


def calibrated(estimator: BaseEstimator, wanted: Calibration | None, seed: int) -> BaseEstimator:
    """The unfitted estimator, fitted once on all rows, behind a calibrator that is fitted on what
    folds say of rows that they were not fitted on; itself where nothing is wanted.
    """
    if wanted is None:
        return estimator
    folds = StratifiedKFold(wanted.folds, shuffle=True, random_state=seed)
    return CalibratedClassifierCV(estimator, method=wanted.method.lower(), cv=folds, ensemble=False)


def with_threshold(
    model: Any, wanted: Threshold | None, data: tuple[pd.DataFrame, Array], seed: int
) -> Any:
    """The fitted model, whose answer is `class` from the threshold on; itself without one.

    A measure chooses it of a hundred, by cross-validation of the whole model on these rows, which
    count alike there. The log says which one.
    """
    if wanted is None:
        return model
    labels = np.unique(data[1]).tolist()
    positive = next(label for label in labels if str(label) == wanted.class_)
    if wanted.value is not None:
        threshold = float(wanted.value)
    else:
        threshold = _chosen(model, wanted, data, positive, seed)
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    divided = FixedThresholdClassifier(
        clone(last), threshold=threshold, pos_label=positive, response_method="predict_proba"
    )
    divided.estimator_ = last
    if not isinstance(model, Pipeline):
        return divided
    return Pipeline([*model.steps[:-1], (model.steps[-1][0], divided)])


def _chosen(
    model: Any, wanted: Threshold, data: tuple[pd.DataFrame, Array], positive: Label, seed: int
) -> float:
    tuned = TunedThresholdClassifierCV(
        clone(model),
        scoring=make_scorer(_SCORES[str(wanted.metric)], pos_label=positive),
        response_method="predict_proba",
        cv=StratifiedKFold(_FOLDS, shuffle=True, random_state=seed),
        random_state=seed,
    ).fit(*data)
    threshold = float(tuned.best_threshold_)
    sys.stderr.write(
        f"threshold: {threshold:.6g} for {wanted.class_} gives the best {wanted.metric},"
        f" {tuned.best_score_:.6g}, on rows of {_FOLDS} folds held back\n"
    )
    return threshold


def _of_either(
    score: Callable[..., float], truth: Array, answers: Array, pos_label: Label
) -> float:
    """A score that is the same for either class; the search for a threshold names one of them."""
    del pos_label
    return float(score(truth, answers))


_SCORES = {
    "accuracy": partial(_of_either, accuracy_score),
    "balanced_accuracy": partial(_of_either, balanced_accuracy_score),
    "f1": f1_score,
}


def _refuse_rare(answers: Array, folds: int, what: str) -> None:
    label, count = Counter(answers.tolist()).most_common()[-1]
    if count < folds:
        raise _refused(
            f"{what} {folds} folds need as many training rows of each class, and {label} has"
            f" {count}: take fewer folds, or bring more rows"
        )


def _refused(why: str) -> UserFault:
    return UserFault(Reason.PARAMETER_INVALID, f"estimator: {why}")
