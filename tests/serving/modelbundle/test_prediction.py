"""Is it an answer?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelbundle.faults import PredictionInvalid
from modelbundle.prediction import checked_prediction
from modelbundle.signature import Feature, Kind, Signature, Task

FEATURES = (Feature("a", Kind.FLOAT),)
REGRESSION = Signature(Task.REGRESSION, (), FEATURES, probabilities=False)
CLASSES = Signature(Task.CLASSIFICATION, ("n", "y"), FEATURES, probabilities=True)
NUMBERED = Signature(Task.CLASSIFICATION, (0, 1), FEATURES, probabilities=False)


def test_a_column_of_numbers_becomes_a_row() -> None:
    """ONNX answers [n, 1]; one number per row is what counts."""
    found = checked_prediction(np.array([[1.0], [2.0]], dtype=np.float32), None, 2, REGRESSION)
    assert [1.0, 2.0] == found.values.tolist()


def test_labels_get_the_type_of_the_classes() -> None:
    """Float labels of integer classes come back as integers."""
    found = checked_prediction(np.array([0.0, 1.0]), None, 2, NUMBERED)
    assert [0, 1] == found.values.tolist()
    assert found.values.dtype == np.int64


@pytest.mark.parametrize(
    ("values", "shares", "signature", "message"),
    [
        pytest.param([1.0, 2.0, 3.0], None, REGRESSION, "2 rows gave", id="three for two rows"),
        pytest.param([1.0, np.nan], None, REGRESSION, "not finite", id="NaN is no number"),
        pytest.param([1.0, np.inf], None, REGRESSION, "not finite", id="neither is infinity"),
        pytest.param(["n", "y"], [[1.0, 0.0]], CLASSES, "shape", id="too few probabilities"),
        pytest.param(["n", "y"], [[1.0], [0.0]], CLASSES, "shape", id="too few classes"),
        pytest.param(
            ["n", "y"], [[1.0, 0.0], [np.nan, 1.0]], CLASSES, "not finite", id="NaN as share"
        ),
    ],
)
def test_no_answer_is_told(values: Any, shares: Any, signature: Signature, message: str) -> None:
    """A model that answers nonsense fails; nonsense is never passed on."""
    found = None if shares is None else np.array(shares)
    with pytest.raises(PredictionInvalid, match=message):
        checked_prediction(np.array(values), found, 2, signature)
