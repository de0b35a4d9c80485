"""What one model answered, and how good any part of it is."""

from __future__ import annotations

import numpy as np

from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.grades.grading import Answers
from trainer.grades.model_answers import ModelAnswers

FEATURES = (Feature("a", Kind.FLOAT),)
CLASSES = Signature(Task.CLASSIFICATION, ("B", "M"), FEATURES, True)
ANSWERS = Answers(("B", "M"), ["B", "M", "M"], np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]))
MODEL = ModelAnswers(CLASSES, np.array([1.0, 1.0, 2.0]), (["B", "M", "B"],), (ANSWERS,))


def test_some_rows() -> None:
    """With their weights and probabilities."""
    assert 0.5 == MODEL.metrics()["accuracy"]
    part = MODEL.at(np.array([0, 1]))
    assert (2, 1.0, 1.0) == (len(part), part.metrics()["accuracy"], part.metrics()["roc_auc"])


def test_rows_may_come_twice() -> None:
    """As when they are drawn again."""
    assert 4 == len(MODEL.at(np.array([2, 2, 2, 0])))
    assert 1 / 7 == MODEL.at(np.array([2, 2, 2, 0])).metrics()["accuracy"]


def test_one_metric_alone() -> None:
    """It is the same as among all."""
    for name, value in MODEL.metrics().items():
        assert value == MODEL.metrics(name)[name]
    assert "roc_auc" not in MODEL.metrics("accuracy")


def test_numbers() -> None:
    """A regressor's, row by row."""
    signature = Signature(Task.REGRESSION, (), FEATURES, False)
    numbers = (np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 5.0]))
    model = ModelAnswers(signature, None, numbers=numbers)
    assert (3, 2.0) == (len(model), model.metrics()["max_error"])
    assert 0.0 == model.at(np.array([0, 1])).metrics()["max_error"]
    assert (False, True) == (model.is_of_one_classifier, MODEL.is_of_one_classifier)
