"""The allow-list."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import serving_bundles as bundles
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer
from sklearn.svm import SVC

from modelbundle.skops_file import read_skops, write_skops
from modelbundle.trusted_types import TRUSTED_TYPES


@pytest.mark.parametrize("name", sorted(TRUSTED_TYPES))
def test_every_entry_exists(name: str) -> None:
    """A name that scikit-learn has moved would trust nothing, or something else one day."""
    module, _, attribute = name.rpartition(".")
    assert hasattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(HistGradientBoostingClassifier(max_iter=3), id="histogram boosting"),
        pytest.param(
            HistGradientBoostingClassifier(max_iter=3, categorical_features=[3]),
            id="histogram boosting with categories",
        ),
        pytest.param(KNeighborsClassifier(), id="neighbours"),
        pytest.param(SVC(), id="support vectors"),
        pytest.param(make_pipeline(SplineTransformer(), SVC()), id="splines"),
        pytest.param(MLPClassifier((5,), max_iter=400, tol=0.1), id="a small network"),
    ],
)
def test_usual_estimators_come_back(model: Any, tmp_path: Path) -> None:
    """What scikit-learn ships needs no pickle."""
    _, table, _ = bundles.fitted(model, bundles.iris())
    write_skops(model, tmp_path / "m.skops")
    again = read_skops(tmp_path / "m.skops")
    np.testing.assert_array_equal(model.predict(table), again.predict(table))
