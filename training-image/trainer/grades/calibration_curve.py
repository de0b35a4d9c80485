"""How often does what the model believes come true?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.grades.grading import CALIBRATION_BINS
from trainer.grades.live_quality import Estimate, share
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.slice_table import ERROR


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Rows with about the same probability."""

    predicted: float
    came_true: Estimate
    rows: int


def calibration_curve(answers: ModelAnswers) -> list[CalibrationBin]:
    """Bins of equally many rows, by rising probability; the bounds of 95 % are exact.

    Of two classes the second is looked at, of more the one that is answered. Empty for what has no
    probabilities or several targets. Row weights do not count here.
    """
    if not answers.is_of_one_classifier or answers.answers[0].probabilities is None:
        return []
    (found,), (truth,) = answers.answers, answers.truth
    shares = np.asarray(found.probabilities)
    if len(found.classes) < 2 or len(shares) < CALIBRATION_BINS:
        return []
    labels = np.asarray(truth, dtype=object)
    if len(found.classes) == 2:
        predicted, true = shares[:, 1], labels == found.classes[1]
    else:
        answered = np.asarray(found.classes, dtype=object)[shares.argmax(axis=1)]
        predicted, true = shares.max(axis=1), labels == answered
    order = np.argsort(predicted, kind="stable")
    bins = []
    for rows in np.array_split(order, CALIBRATION_BINS):
        came_true = share(int(np.sum(true[rows])), len(rows), ERROR)
        if came_true is not None:
            bins.append(CalibrationBin(float(predicted[rows].mean()), came_true, len(rows)))
    return bins
