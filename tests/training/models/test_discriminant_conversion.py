"""Discriminant analyses in ONNX: probabilities are those of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from skl2onnx import to_onnx
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from trainer.models.discriminant_conversion import discriminants_known

NUMBERS = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
SCORES = NUMBERS[:, 0] + np.random.default_rng(1).normal(size=300)
LABELS = np.array(["a", "b", "c"])


@pytest.mark.parametrize("edges", [[0.0], [-0.5, 0.5]], ids=["two classes", "three classes"])
@pytest.mark.parametrize(
    "model",
    [
        pytest.param(LinearDiscriminantAnalysis(), id="alone"),
        pytest.param(LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"), id="shrunk"),
        pytest.param(make_pipeline(StandardScaler(), LinearDiscriminantAnalysis()), id="behind"),
        pytest.param(CalibratedClassifierCV(LinearDiscriminantAnalysis(), cv=2), id="inside"),
    ],
)
def test_it_answers_as_scikit_learn_does(model: Any, edges: list[float]) -> None:
    """Labels and probabilities, row by row."""
    discriminants_known()
    model.fit(NUMBERS, LABELS[np.searchsorted(edges, SCORES)])
    made = to_onnx(model, NUMBERS[:1], options={id(model): {"zipmap": False}})
    session = onnxruntime.InferenceSession(made.SerializeToString())
    found, shares = session.run(None, {"X": NUMBERS})
    assert model.predict(NUMBERS).tolist() == found.tolist()
    np.testing.assert_allclose(shares, model.predict_proba(NUMBERS), atol=1e-5)


def test_the_model_is_left_as_it_was() -> None:
    """What is packed beside the conversion is the analysis itself."""
    discriminants_known()
    model = LinearDiscriminantAnalysis().fit(NUMBERS, SCORES > 0)
    to_onnx(model, NUMBERS[:1])
    assert not hasattr(model, "solver_")
    assert "svd" == model.solver
