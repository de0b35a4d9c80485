"""How much does each class count in a fit, and are there two that count?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from modelbundle.signature import Label
from trainer.pod.exits import Reason, UserFault

Array = npt.NDArray[Any]


def name_class_weights(estimator: BaseEstimator, answers: Array, *, for_each: bool) -> None:
    """JSON keys are texts: `{"1": 5}` means the label 1 where labels are numbers.

    It does so for every target. Where there are several, not each has all labels: then
    scikit-learn wants weights for the others, too, and estimators that take several targets
    (`for_each`) one mapping for each.
    Raises UserFault(ParameterInvalid) for a class that is not there, and for weights of which no
    model can be fitted.
    """
    given = getattr(estimator, "class_weight", None)
    if not isinstance(given, Mapping):
        return
    labels: Sequence[Label] = np.unique(answers).tolist()
    by_text = {str(label): label for label in labels}
    unknown = sorted(set(given) - set(by_text))
    if unknown:
        raise _invalid(
            f"class_weight names {', '.join(unknown)}, but the classes in the train part are"
            f" {', '.join(by_text)}"
        )
    for name, weight in given.items():
        if not _counts(weight):
            raise _invalid(
                f"class_weight gives {name} the weight {weight!r}; give a number of at least 0"
            )
    counting = [name for name in by_text if given.get(name, 1) > 0]
    if len(counting) < 2:
        left = f"only {counting[0]}" if counting else "none"
        raise _invalid(
            f"class_weight leaves {left} of the classes {', '.join(by_text)} with a weight above 0,"
            " so there is nothing to tell apart; give at least two of them more than 0"
        )
    weights: Any = {by_text[text]: value for text, value in given.items()}
    if answers.ndim > 1:
        weights = dict.fromkeys(labels, 1.0) | weights
        weights = [weights] * answers.shape[1] if for_each else weights
    estimator.set_params(class_weight=weights)


def refuse_one_class_that_counts(
    answers: Array, weights: Array | None, targets: Sequence[str]
) -> None:
    """Raises UserFault(ParameterInvalid) where all rows that weigh something have one class."""
    if weights is None:
        return
    columns = answers.reshape(len(answers), -1)[weights > 0]
    for target, found in zip(targets, columns.T, strict=True):
        if len(np.unique(found)) < 2:
            raise _invalid(
                f"target {target} has only one value ({found[0]!s}) in those rows of the train"
                " part whose weight is above 0, so there is nothing to tell apart; correct the"
                " weights or bring rows of another class"
            )


def _counts(weight: Any) -> bool:
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    return number and math.isfinite(weight) and weight >= 0


def _invalid(sentence: str) -> UserFault:
    return UserFault(Reason.PARAMETER_INVALID, sentence)
