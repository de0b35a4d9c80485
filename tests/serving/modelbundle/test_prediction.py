"""Is it an answer?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelbundle.faults import PredictionInvalid
from modelbundle.prediction import checked_prediction, probabilities_by_target, side_by_side
from modelbundle.signature import Feature, Kind, Signature, Task

FEATURES = (Feature("a", Kind.FLOAT),)
REGRESSION = Signature(Task.REGRESSION, (), FEATURES, probabilities=False)
CLASSES = Signature(Task.CLASSIFICATION, ("n", "y"), FEATURES, probabilities=True)
SEVERAL = Signature(
    Task.CLASSIFICATION, ("n", "y", "a", "b", "c"), FEATURES, True, ("p", "q"), (2, 3)
)
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


def test_labels_of_several_targets_keep_their_columns() -> None:
    """Texts become objects, whatever type the model has for texts."""
    values = np.array([["n", "b"], ["y", "c"]])
    found = checked_prediction(values, np.full((2, 5), 0.5), 2, SEVERAL)
    assert values.tolist() == found.values.tolist()
    assert found.values.dtype == object


@pytest.mark.parametrize(
    "answered",
    [
        pytest.param(
            [np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])],
            id="a list of tensors",
        ),
        pytest.param(
            np.array(
                [
                    [[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]],
                    [[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]],
                ]
            ),
            id="one tensor, with zeros for classes there are not",
        ),
    ],
)
def test_probabilities_of_several_targets(answered: Any) -> None:
    """They stand side by side, and are found again by target."""
    found = side_by_side(answered, SEVERAL)
    assert [[0.9, 0.1, 0.1, 0.2, 0.7], [0.2, 0.8, 0.3, 0.3, 0.4]] == found.tolist()
    first, second = probabilities_by_target(found, SEVERAL)
    assert ([[0.9, 0.1], [0.2, 0.8]], [0.3, 0.3, 0.4]) == (first.tolist(), second[1].tolist())


def test_probabilities_of_the_only_target() -> None:
    """All columns."""
    probabilities = np.array([[0.9, 0.1]])
    assert [probabilities.tolist()] == [
        of.tolist() for of in probabilities_by_target(probabilities, CLASSES)
    ]


@pytest.mark.parametrize(
    ("values", "probabilities", "signature", "message"),
    [
        pytest.param([1.0, 2.0, 3.0], None, REGRESSION, "2 rows gave", id="three for two rows"),
        pytest.param(["n", "b"], None, SEVERAL, "2 rows gave", id="a target is not answered"),
        pytest.param(
            [["n", "b"]] * 2, [[0.5] * 4] * 2, SEVERAL, "shape", id="too few classes of a target"
        ),
        pytest.param([1.0, np.nan], None, REGRESSION, "not finite", id="NaN is no number"),
        pytest.param([1.0, np.inf], None, REGRESSION, "not finite", id="neither is infinity"),
        pytest.param(["n", "y"], [[1.0, 0.0]], CLASSES, "shape", id="too few probabilities"),
        pytest.param(["n", "y"], [[1.0], [0.0]], CLASSES, "shape", id="too few classes"),
        pytest.param(
            ["n", "y"], [[1.0, 0.0], [np.nan, 1.0]], CLASSES, "not finite", id="NaN as share"
        ),
    ],
)
def test_no_answer_is_told(
    values: Any, probabilities: Any, signature: Signature, message: str
) -> None:
    """A model that answers nonsense fails; nonsense is never passed on."""
    found = None if probabilities is None else np.array(probabilities)
    with pytest.raises(PredictionInvalid, match=message):
        checked_prediction(np.array(values), found, 2, signature)
