"""A classifier with a threshold in ONNX."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier

from trainer.models.threshold_conversion import thresholds_known

NUMBERS = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
TRUE = NUMBERS[:, 0] > 0


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        pytest.param(np.where(TRUE, "yes", "no"), "yes", id="texts"),
        pytest.param(np.where(TRUE, "yes", "no"), "no", id="the first of them"),
        pytest.param(TRUE.astype(int), 1, id="numbers"),
    ],
)
def test_it_answers_by_the_threshold(labels: Any, positive: Any) -> None:
    """Row by row, where the likeliest class would be another one, too."""
    thresholds_known()
    model = FixedThresholdClassifier(LogisticRegression(), threshold=0.9, pos_label=positive)
    model.fit(NUMBERS, labels)
    made = to_onnx(model, NUMBERS[:1], options={id(model): {"zipmap": False}})
    session = onnxruntime.InferenceSession(made.SerializeToString())
    found, shares = session.run(None, {"X": NUMBERS})
    assert model.predict(NUMBERS).tolist() == found.tolist()
    assert model.estimator_.predict(NUMBERS).tolist() != found.tolist()
    np.testing.assert_allclose(shares, model.predict_proba(NUMBERS), atol=1e-5)
