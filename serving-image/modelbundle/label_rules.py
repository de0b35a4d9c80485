"""Which label goes with a classifier's probabilities, and when does only `predict` know?

A second pass through a model takes as long as the first, so labels are read off the probabilities
wherever scikit-learn's own code says that this gives what `predict` gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

import numpy as np
import numpy.typing as npt

_MARGIN = 1e-6
"""Far above what rounding does to probabilities, far below what tells two classes apart."""


class LabelRule(Enum):
    """How `predict` of a classifier follows from its `predict_proba`."""

    LIKELIEST = auto()  # used when it is the class of the largest probability, the first of equals
    CLEAR = auto()  # used when it is that of the largest score; equal probabilities decide nothing
    UNKNOWN = auto()  # used when it may be any class: support vectors, whatever is not listed


_LIKELIEST = frozenset(
    {
        "BaggingClassifier",
        "CalibratedClassifierCV",
        "DecisionTreeClassifier",
        "ExtraTreeClassifier",
        "ExtraTreesClassifier",
        "LabelPropagation",
        "LabelSpreading",
        "RandomForestClassifier",
    }
)
"""Their `predict` is, in scikit-learn's own code, the argmax of `predict_proba`."""

_CLEAR = frozenset(
    {
        "AdaBoostClassifier",
        "BernoulliNB",
        "CategoricalNB",
        "ComplementNB",
        "GaussianNB",
        "GradientBoostingClassifier",
        "HistGradientBoostingClassifier",
        "LinearDiscriminantAnalysis",
        "LogisticRegression",
        "LogisticRegressionCV",
        "MLPClassifier",
        "MultinomialNB",
        "QuadraticDiscriminantAnalysis",
        "SGDClassifier",
    }
)
"""Both are made of the same scores: `predict` is their argmax (with two classes their sign), and
`predict_proba` a function of them that never turns their order (logistic, softmax, clipping, the
division by a sum). At a tie, or where rounding makes one, they may say different classes.
"""


def label_rule(classifier: Any) -> LabelRule:
    """The rule of a fitted classifier, as scikit-learn 1.9 has it.

    Exactly these classes, subclasses and those of other libraries not included: they may do
    otherwise.
    """
    kind = type(classifier)
    name = kind.__name__ if kind.__module__.startswith("sklearn.") else ""
    if name in _LIKELIEST or (name == "VotingClassifier" and classifier.voting == "soft"):
        return LabelRule.LIKELIEST
    if name in _CLEAR:
        return LabelRule.CLEAR
    if name == "StackingClassifier":
        return label_rule(classifier.final_estimator_)
    if name == "KNeighborsClassifier":
        return _rule_of_neighbours(classifier.weights)
    if name == "MultiOutputClassifier":
        rules = {label_rule(of_one) for of_one in classifier.estimators_}
        return rules.pop() if len(rules) == 1 else LabelRule.UNKNOWN
    return LabelRule.UNKNOWN


def labels_of(
    probabilities: npt.NDArray[Any], classes: npt.NDArray[Any], rule: LabelRule
) -> npt.NDArray[Any] | None:
    """The label of every row, or None when `predict` has to be asked about all of them.

    All, because a row beside others is not always summed in the same order as alone.
    """
    if rule is LabelRule.UNKNOWN or (rule is LabelRule.CLEAR and not _all_clear(probabilities)):
        return None
    labels: npt.NDArray[Any] = classes[probabilities.argmax(axis=1)]
    return labels


def labels_of_several(
    probabilities: Sequence[npt.NDArray[Any]], classes: Sequence[npt.NDArray[Any]], rule: LabelRule
) -> npt.NDArray[Any] | None:
    """The labels of several targets, (n, targets), each by its own classes; None as `labels_of`."""
    columns = []
    for of_one, known in zip(probabilities, classes, strict=True):
        labels = labels_of(of_one, known, rule)
        if labels is None:
            return None
        columns.append(labels)
    return np.column_stack(columns)


def _rule_of_neighbours(weights: Any) -> LabelRule:
    """Counted, both take the first of the classes with most votes; weighed, sums are rounded."""
    if weights is None or (isinstance(weights, str) and weights == "uniform"):
        return LabelRule.LIKELIEST
    weighed = isinstance(weights, str) and weights == "distance"
    return LabelRule.CLEAR if weighed else LabelRule.UNKNOWN


def _all_clear(probabilities: npt.NDArray[Any]) -> bool:
    """True when in every row the largest exceeds the next; false for what is no number."""
    if probabilities.shape[1] == 2:
        return bool((np.abs(probabilities[:, 1] - probabilities[:, 0]) > _MARGIN).all())
    if probabilities.shape[1] < 2:
        return False
    first = np.partition(probabilities, -2, axis=1)
    return bool((first[:, -1] - first[:, -2] > _MARGIN).all())
