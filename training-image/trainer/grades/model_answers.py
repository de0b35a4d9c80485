"""How good is what one model answered, on all test rows or on some of them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from modelbundle.signature import Label, Signature, Task
from trainer.grades.grading import (
    Answers,
    Codes,
    Floats,
    grade_classification,
    grade_regression,
    mean_over_targets,
)


@dataclass(frozen=True, slots=True, eq=False)
class ModelAnswers:
    """A model's answers beside the true ones.

    `truth` and `answers` have one entry per target of a classifier; a regressor's numbers are
    `numbers`, true ones first.
    """

    signature: Signature
    weights: Floats | None
    truth: tuple[Sequence[Label], ...] = ()
    answers: tuple[Answers, ...] = ()
    numbers: tuple[Floats, Floats] | None = None

    def __len__(self) -> int:
        return len(self.numbers[0] if self.numbers is not None else self.truth[0])

    def metrics(self, only: str | None = None) -> dict[str, float]:
        """The metrics by name; with `only`, at least that one where it is defined."""
        if self.numbers is not None:
            return grade_regression(*self.numbers, self.weights)
        pairs = zip(self.truth, self.answers, strict=True)
        return mean_over_targets(
            [grade_classification(true, found, self.weights, only) for true, found in pairs]
        )

    def at(self, rows: Codes) -> ModelAnswers:
        """The same of these rows alone; a row may be there several times."""
        weights = None if self.weights is None else self.weights[rows]
        if self.numbers is not None:
            true, found = self.numbers
            return replace(self, weights=weights, numbers=(true[rows], found[rows]))
        return replace(
            self,
            weights=weights,
            truth=tuple(_picked(labels, rows) for labels in self.truth),
            answers=tuple(_answers_at(answers, rows) for answers in self.answers),
        )

    @property
    def is_of_one_classifier(self) -> bool:
        """Whether there is one target, and that is a label."""
        return self.signature.task is Task.CLASSIFICATION and len(self.answers) == 1


def _answers_at(answers: Answers, rows: Codes) -> Answers:
    return Answers(
        answers.classes,
        _picked(answers.labels, rows),
        None if answers.probabilities is None else answers.probabilities[rows],
        None if answers.scores is None else answers.scores[rows],
    )


def _picked(labels: Sequence[Any], rows: Codes) -> list[Any]:
    return list(np.asarray(labels, dtype=object)[rows])
