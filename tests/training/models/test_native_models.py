"""What an estimator takes and answers, whoever fitted it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.native_models import as_label, native_signature
from trainer.pod.exits import Reason, UserFault

A, B, C = (Feature(name, Kind.FLOAT) for name in "abc")
THREE_ROWS = pd.DataFrame({"b": [1.0, 2.0, 3.0], "a": [0.0, 5.0, 5.0]})
FRAME = pd.DataFrame({"b": [1.0, 2.0], "a": [0.0, 5.0]})


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        pytest.param(
            LogisticRegression().fit(FRAME, ["x", "y"]),
            Signature(Task.CLASSIFICATION, ("x", "y"), (B, A), True),
            id="a classifier on named columns, in its own order and without the others",
        ),
        pytest.param(
            LinearSVC().fit(FRAME, [1, 2]),
            Signature(Task.CLASSIFICATION, (1, 2), (B, A), False),
            id="a classifier without probabilities",
        ),
        pytest.param(
            make_pipeline(StandardScaler(), LinearRegression()).fit(FRAME, [1.0, 2.0]),
            Signature(Task.REGRESSION, (), (B, A), False),
            id="a regressor in a pipeline",
        ),
        pytest.param(
            LinearRegression().fit(np.ones((2, 3)), [1.0, 2.0]),
            Signature(Task.REGRESSION, (), (A, B, C), False),
            id="a regressor on a bare matrix takes all features in order",
        ),
        pytest.param(
            DecisionTreeClassifier().fit(FRAME, [0.0, 1.0]),
            Signature(Task.CLASSIFICATION, (0, 1), (B, A), True),
            id="labels that are whole floats are integers",
        ),
    ],
)
def test_native_signature(model: Any, expected: Signature) -> None:
    """Task, classes, features and probabilities follow from the fitted estimator."""
    assert expected == native_signature(model, (A, B, C))


_LABELS = np.array([["x", "u"], ["y", "v"], ["y", "w"]])


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        pytest.param(
            DecisionTreeClassifier().fit(THREE_ROWS, _LABELS),
            Signature(
                Task.CLASSIFICATION, ("x", "y", "u", "v", "w"), (B, A), True, ("p", "q"), (2, 3)
            ),
            id="a classifier of both",
        ),
        pytest.param(
            make_pipeline(StandardScaler(), MultiOutputClassifier(LinearSVC())).fit(
                THREE_ROWS, _LABELS[:, [0, 0]]
            ),
            Signature(Task.CLASSIFICATION, ("x", "y") * 2, (B, A), False, ("p", "q"), (2, 2)),
            id="a pipeline of one classifier per target, without probabilities",
        ),
        pytest.param(
            DecisionTreeClassifier().fit(THREE_ROWS, _LABELS[:, 0]),
            Signature(Task.CLASSIFICATION, ("x", "y"), (B, A), True),
            id="a classifier of the first alone",
        ),
    ],
)
def test_signature_of_several_targets(model: Any, expected: Signature) -> None:
    """The classes of each target follow from what the estimator was fitted on."""
    assert expected == native_signature(model, (A, B, C), ("p", "q"))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        pytest.param(
            np.array([[0, 0, 0], [1, 1, 1], [1, 1, 1]]),
            "a classifier of p alone, or p, q with at least two classes is needed",
            id="three targets of two",
        ),
        pytest.param(
            np.array([[0, 0], [1, 0], [1, 0]]), "at least two classes", id="a target of one class"
        ),
    ],
)
def test_refuses_other_targets(answers: Any, words: str) -> None:
    """What does not answer the targets of the dataset is ModelUnreadable with the reason."""
    with pytest.raises(UserFault) as caught:
        native_signature(DecisionTreeClassifier().fit(THREE_ROWS, answers), (A, B, C), ("p", "q"))
    assert caught.value.reason is Reason.MODEL_UNREADABLE
    assert words in caught.value.message


def test_refuses_labels_of_several_types() -> None:
    """One tensor cannot hold them."""
    model = MultiOutputClassifier(DecisionTreeClassifier()).fit(THREE_ROWS, _LABELS)
    model.classes_[1] = np.array([1, 2, 3])
    with pytest.raises(UserFault) as caught:
        native_signature(model, (A, B, C), ("p", "q"))
    assert "fit it on labels of one type, or one model per target" in caught.value.message


@pytest.mark.parametrize(
    ("model", "words"),
    [
        pytest.param(KMeans(2).fit(FRAME), "is a KMeans, which is neither", id="a clusterer"),
        pytest.param({"a": 1}, "is a dict, which is neither", id="no estimator at all"),
        pytest.param(
            LinearRegression().fit(FRAME.rename(columns={"a": "zip"}), [1.0, 2.0]),
            "was fitted on zip, but the dataset's features are a, b, c",
            id="columns that the dataset does not have",
        ),
        pytest.param(
            LinearRegression().fit(np.ones((2, 2)), [1.0, 2.0]),
            "2 columns without names, but the dataset has 3 features",
            id="a matrix of another width",
        ),
        pytest.param(
            DecisionTreeClassifier().fit(FRAME, [[0, 1], [1, 0]]),
            "a classifier of one target",
            id="several targets",
        ),
    ],
)
def test_refuses(model: Any, words: str) -> None:
    """What cannot be asked about this dataset is ModelUnreadable with the reason."""
    with pytest.raises(UserFault) as caught:
        native_signature(model, (A, B, C))
    assert caught.value.reason is Reason.MODEL_UNREADABLE
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("a", "a", id="text"),
        pytest.param(True, True, id="boolean"),
        pytest.param(2.0, 2, id="whole float"),
        pytest.param(2.5, "2.5", id="fraction"),
    ],
)
def test_as_label(value: Any, expected: Any) -> None:
    """Labels are what JSON can say."""
    found = as_label(value)
    assert (expected, type(expected)) == (found, type(found))
