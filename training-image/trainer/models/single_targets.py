"""How is a classifier of several targets told to a converter that knows those of one best?

skl2onnx converts one classifier per target whatever its labels are, but trees and forests of
several targets only where all labels are integers and all targets have as many classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier
from sklearn.tree._tree import Tree

_TREES = {DecisionTreeClassifier, ExtraTreeClassifier}
_FORESTS = {RandomForestClassifier, ExtraTreesClassifier}


def with_single_targets(estimator: Any) -> Any:
    """A fitted estimator that answers the same by one classifier per target.

    Itself where it is neither a tree, a forest nor a MultiOutputClassifier (nor a pipeline that
    ends in one). What is given is not changed.
    """
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        return Pipeline([*estimator.steps[:-1], (name, with_single_targets(last))])
    kind = type(estimator)
    if kind is MultiOutputClassifier:
        return _together(estimator.estimators_)
    if kind in _TREES | _FORESTS:
        targets = range(estimator.n_outputs_)
        return _together([_of_target(estimator, target) for target in targets])
    return estimator


def _together(classifiers: Sequence[Any]) -> MultiOutputClassifier:
    """The classifiers as one; to the converter texts of other lengths are of another type."""
    found = [np.asarray(of_one.classes_) for of_one in classifiers]
    shared = np.result_type(*found)
    whole = MultiOutputClassifier(classifiers[0])
    whole.estimators_ = [
        _named(of_one, classes.astype(shared))
        for of_one, classes in zip(classifiers, found, strict=True)
    ]
    whole.classes_ = [of_one.classes_ for of_one in whole.estimators_]
    return whole


def _named(classifier: Any, classes: npt.NDArray[Any]) -> Any:
    """The same with classes of this type, where they are its own."""
    if "classes_" not in vars(classifier) or classifier.classes_.dtype == classes.dtype:
        return classifier
    named = copy(classifier)
    named.classes_ = classes
    return named


def _of_target(estimator: Any, target: int) -> Any:
    """The tree or forest that answers this target alone, split at the same places."""
    count = int(estimator.n_classes_[target])
    alone = copy(estimator)
    alone.n_outputs_ = 1
    alone.n_classes_ = count
    alone.classes_ = np.asarray(estimator.classes_[target])
    if type(estimator) in _FORESTS:
        alone.estimators_ = [_of_target(tree, target) for tree in estimator.estimators_]
    else:
        alone.tree_ = _tree_of_target(estimator.tree_, target, count)
    return alone


def _tree_of_target(tree: Tree, target: int, count: int) -> Tree:
    state = tree.__getstate__()
    state["values"] = np.ascontiguousarray(state["values"][:, target : target + 1, :count])
    alone = Tree(tree.n_features, np.array([count], dtype=np.intp), 1)
    alone.__setstate__(state)
    return alone
