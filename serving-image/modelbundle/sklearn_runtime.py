"""How does a scikit-learn estimator answer rows, in one thread?"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from modelbundle.faults import BundleUnreadable
from modelbundle.label_rules import LabelRule, label_rule, labels_of, labels_of_several
from modelbundle.prediction import Prediction, checked_prediction, side_by_side
from modelbundle.rows import Rows, frame_of_rows
from modelbundle.signature import Signature, Task

_SEARCHES = ("GridSearchCV", "RandomizedSearchCV")
"""They hand rows to `best_estimator_` as they are."""


class SklearnRuntime:
    """An estimator behind the Runtime protocol. Its `n_jobs` are 1 from here on.

    Measured: n_jobs=2 makes a forest of 100 trees 2.9 times slower per request. `plain`: it is
    asked with a matrix, for models of numbers alone (see `forget_column_names`).
    """

    def __init__(self, estimator: Any, signature: Signature, *, plain: bool = False) -> None:
        self._plain = plain and signature.all_numeric
        _check_classes(estimator, signature)
        force_one_job(estimator)
        self.signature = signature
        self._steps, self._last = _divided(estimator)
        self._rule = label_rule(self._last) if signature.probabilities else LabelRule.UNKNOWN
        self._labels_of: Any = labels_of_several if signature.targets else labels_of

    def predict(self, rows: Rows) -> Prediction:
        """What the estimator's own `predict` and `predict_proba` say to the table of these rows.

        What both would do alike is done once: the steps of a pipeline before its last, and all of
        it where labels follow from probabilities (see `label_rules`).
        """
        signature, last = self.signature, self._last
        table: Any = rows.numbers if self._plain else frame_of_rows(rows, signature.features)
        if self._steps is not None:
            table = self._steps.transform(table)
        probabilities: Any = last.predict_proba(table) if signature.probabilities else None
        values: Any = None
        if self._rule is not LabelRule.UNKNOWN:
            values = self._labels_of(probabilities, last.classes_, self._rule)
        if values is None:
            values = last.predict(table)
        if signature.targets and probabilities is not None:
            probabilities = side_by_side(probabilities, signature)
        return checked_prediction(np.asarray(values), probabilities, len(rows), signature)


def _divided(estimator: Any) -> tuple[Any | None, Any]:
    """The steps that only transform, and what predicts; (None, estimator) for no pipeline.

    Of a search over parameters only what it found.
    """
    if any(_is_from_sklearn(estimator, name) for name in _SEARCHES):
        estimator = estimator.best_estimator_
    if not _is_from_sklearn(estimator, "Pipeline") or len(estimator.steps) < 2:
        return None, estimator
    return estimator[:-1], estimator.steps[-1][1]


def _is_from_sklearn(item: Any, name: str) -> bool:
    """True for exactly this class, subclasses not included: they may do otherwise."""
    kind = type(item)
    return kind.__name__ == name and kind.__module__.startswith("sklearn.")


def _check_classes(estimator: Any, signature: Signature) -> None:
    classes = getattr(estimator, "classes_", None)
    if signature.task is not Task.CLASSIFICATION or classes is None:
        return
    if signature.targets:
        classes = np.concatenate(classes)
    found = [str(label) for label in np.asarray(classes).tolist()]
    expected = [str(label) for label in signature.classes]
    same = found == expected or _as_numbers(found) == _as_numbers(expected) is not None
    if not same:
        raise BundleUnreadable(f"the model's classes are {found}, the manifest says {expected}")


def _as_numbers(texts: list[str]) -> list[float] | None:
    try:
        return [float(text) for text in texts]
    except ValueError:
        return None


def force_one_job(estimator: Any) -> int:
    """Every object inside has `n_jobs` 1; returns how many attributes were there to set."""
    count = 0
    for part in parts_of(estimator):
        if "n_jobs" in getattr(part, "__dict__", ()):
            part.n_jobs = 1
            count += 1
    return count


def parts_of(estimator: Any) -> Iterator[Any]:
    """The estimator and every object inside it, each once, in the order in which it holds them.

    Fitted parts (`estimators_`, calibrated members, …) are copies that `set_params` and
    `get_params` do not reach, hence the walk over attributes.
    """
    seen: set[int] = set()
    pending = [estimator]
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, dict):
            pending.extend(reversed(item.values()))
        elif isinstance(item, (list, tuple)) or _is_array_of_objects(item):
            pending.extend(reversed(item))
        else:
            yield item
            if hasattr(item, "__dict__") and not isinstance(item, type | ModuleType):
                pending.extend(reversed(vars(item).values()))


def _is_array_of_objects(item: Any) -> bool:
    return isinstance(item, np.ndarray) and item.dtype == object and item.ndim > 0


def has_probabilities(estimator: Any) -> bool:
    """True when the estimator can say a probability per class (as fitted and configured)."""
    return hasattr(estimator, "predict_proba")
