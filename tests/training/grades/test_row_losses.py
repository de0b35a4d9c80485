"""How wrong each answer is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from sklearn import metrics

from modelbundle.signature import Feature, Kind, Label, Signature, Task
from trainer.grades.grading import Answers
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.row_losses import BRIER, SQUARED, WRONG, loss_name, row_losses, row_scales

FEATURES = (Feature("a", Kind.FLOAT),)
CHANCE = np.random.default_rng(5)


def classifier(classes: tuple[Label, ...], truth: Sequence[Label]) -> ModelAnswers:
    """Probabilities drawn at random."""
    shares = CHANCE.dirichlet(np.ones(len(classes)), len(truth))
    labels = [classes[number] for number in shares.argmax(axis=1)]
    signature = Signature(Task.CLASSIFICATION, classes, FEATURES, True)
    return ModelAnswers(signature, None, (truth,), (Answers(classes, labels, shares),))


def test_two_classes_are_the_brier_score() -> None:
    """As scikit-learn counts it."""
    answers = classifier(("B", "M"), ["B", "M", "M", "B", "M"])
    shares = answers.answers[0].probabilities
    assert shares is not None
    true = [label == "M" for label in answers.truth[0]]
    expected = metrics.brier_score_loss(true, shares[:, 1])
    assert (BRIER, pytest.approx(expected)) == (loss_name(answers), row_losses(answers).mean())


def test_a_label_that_the_model_never_saw_is_as_wrong_as_can_be() -> None:
    """Its probability is nought."""
    sure = Answers((1, 2, 3), [1, 1], np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]))
    signature = Signature(Task.CLASSIFICATION, (1, 2, 3), FEATURES, True)
    answers = ModelAnswers(signature, None, ([1, 9],), (sure,))
    assert [[0.0], [1.0]] == row_losses(answers).tolist()


def test_labels_alone_are_right_or_wrong() -> None:
    """Of each target."""
    signature = Signature(Task.CLASSIFICATION, (1, 2), FEATURES, False)
    one, other = Answers((1, 2), [1, 2]), Answers((1, 2), [1, 1])
    answers = ModelAnswers(signature, None, ([1, 2], [2, 1]), (one, other))
    assert (WRONG, [[0.0, 1.0], [0.0, 0.0]]) == (
        loss_name(answers),
        row_losses(answers).tolist(),
    )
    assert np.ones((2, 2)).tolist() == row_scales(answers).tolist()


@pytest.mark.parametrize("shape", [(50,), (50, 2)], ids=["one target", "two targets"])
def test_numbers_are_what_r2_lacks(shape: tuple[int, ...]) -> None:
    """With weights, too."""
    true, found, weights = CHANCE.normal(size=shape), CHANCE.normal(size=shape), np.arange(1.0, 51)
    signature = Signature(Task.REGRESSION, (), FEATURES, False)
    answers = ModelAnswers(signature, weights, numbers=(true, found))
    expected = 1 - metrics.r2_score(true, found, sample_weight=weights)
    assert SQUARED == loss_name(answers)
    assert expected == pytest.approx(np.average(row_losses(answers).mean(axis=1), weights=weights))
    assert pytest.approx(np.ones(row_scales(answers).shape[1])) == np.average(
        row_scales(answers), 0, weights
    )
