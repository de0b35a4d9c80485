"""A classifier that takes its time: for tests of what happens meanwhile."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import joblib
import numpy as np
import serving_bundles as bundles
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from modelbundle.packing import pack


class SlowClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Says the first class, after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def fit(self, table: Any, target: Any) -> Self:
        """Learns which classes there are; from now on it is slow."""
        self.classes_ = np.unique(target)
        return self

    def predict(self, table: Any) -> Any:
        """The first class for every row, after a while."""
        time.sleep(self.seconds)
        return np.repeat(self.classes_[:1], len(table))


class HangingClassifier(SlowClassifier):
    """Says the first class, and takes its time for rows whose first value is above 100."""

    def predict(self, table: Any) -> Any:
        """As the other; only such rows are slow."""
        if np.asarray(table)[:, 0].max() > 100:
            time.sleep(self.seconds)
        return np.repeat(self.classes_[:1], len(table))


class HangingRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Says 0, and takes its time for rows whose first value is above 100."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def fit(self, table: Any, target: Any) -> Self:
        """Learns nothing."""
        return self

    def predict(self, table: Any) -> Any:
        """0 for every row; only such rows are slow."""
        if np.asarray(table)[:, 0].max() > 100:
            time.sleep(self.seconds)
        return np.zeros(len(table))


def slow_bundle(directory: Path, seconds: float) -> bundles.Sample:
    """A model that takes so long per batch, pickled with the recipe's trust; packed quickly."""
    sample = bundles.packed(directory, SlowClassifier(0.0), bundles.iris(), ("joblib",))
    sample.model.seconds = seconds
    joblib.dump(sample.model, directory / "model.joblib")
    origin = replace(bundles.ORIGIN, trust="Pickle")
    return replace(sample, digest=pack(directory, sample.signature, origin))
