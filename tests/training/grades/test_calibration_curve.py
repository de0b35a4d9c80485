"""How often comes true what a model believes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from modelbundle.signature import Feature, Kind, Label, Signature, Task
from trainer.grades.calibration_curve import calibration_curve
from trainer.grades.grading import Answers
from trainer.grades.model_answers import ModelAnswers

FEATURES = (Feature("a", Kind.FLOAT),)


def model(classes: tuple[Label, ...], truth: Sequence[Label], shares: object) -> ModelAnswers:
    """A classifier's answers."""
    found = np.asarray(shares, dtype=np.float64)
    labels = [classes[number] for number in found.argmax(axis=1)]
    signature = Signature(Task.CLASSIFICATION, classes, FEATURES, True)
    return ModelAnswers(signature, None, (truth,), (Answers(classes, labels, found),))


def test_a_model_that_knows_its_doubts_is_within_its_bounds() -> None:
    """Ten thousand rows whose probabilities are true; and one twice as sure is not."""
    chance = np.random.default_rng(2)
    share = chance.random(10_000)
    truth: list[Label] = [bool(v) for v in chance.random(10_000) < share]
    found = calibration_curve(model((False, True), truth, np.c_[1 - share, share]))
    assert [1000] * 10 == [part.rows for part in found]
    assert pytest.approx(np.linspace(0.05, 0.95, 10), abs=0.02) == [p.predicted for p in found]
    within = [p.came_true.low <= p.predicted <= p.came_true.high for p in found]
    assert 8 <= sum(within)
    sure = np.clip(2 * share - 0.5, 0, 1)
    wrong = calibration_curve(model((False, True), truth, np.c_[1 - sure, sure]))
    assert not wrong[2].came_true.low <= wrong[2].predicted <= wrong[2].came_true.high


def test_of_several_classes_the_answered_one_counts() -> None:
    """Always right with a probability of a half."""
    shares = [[0.5, 0.3, 0.2]] * 30
    found = calibration_curve(model(("a", "b", "c"), ["a"] * 30, shares))
    assert {(0.5, 1.0)} == {(part.predicted, part.came_true.value) for part in found}


def test_what_has_no_probabilities_has_no_curve() -> None:
    """Nor has what has few rows, or numbers."""
    labels = Signature(Task.CLASSIFICATION, (1, 2), FEATURES, False)
    alone = ModelAnswers(labels, None, ([1] * 30,), (Answers((1, 2), [1] * 30),))
    numbers = Signature(Task.REGRESSION, (), FEATURES, False)
    for answers in (
        alone,
        model((1, 2), [1] * 5, [[0.5, 0.5]] * 5),
        ModelAnswers(numbers, None, numbers=(np.zeros(30), np.zeros(30))),
    ):
        assert [] == calibration_curve(answers)
