"""A transformer of one's own that is not said in ONNX: it asks which train rows are the nearest.

The model is a pickle that names this module, so the file travels with it, in `code/`. It imports
what servers have, too: Python, NumPy, SciPy, pandas, scikit-learn.
"""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import check_is_fitted


class RareRows(TransformerMixin, BaseEstimator):
    """One column more: how far a row is from the nearest train rows, on average."""

    def __init__(self, neighbours: int = 5) -> None:
        self.neighbours = neighbours

    def fit(self, numbers: np.ndarray, _: object = None) -> RareRows:
        """Keep all rows, by where they lie."""
        self.rows_ = NearestNeighbors(n_neighbors=self.neighbours).fit(numbers)
        self.n_features_in_ = numbers.shape[1]
        return self

    def transform(self, numbers: np.ndarray) -> np.ndarray:
        """All columns, then the distance."""
        check_is_fitted(self)
        far, _ = self.rows_.kneighbors(numbers)
        return np.column_stack([numbers, far.mean(axis=1)])
