"""How do the candidate and the champion score on the answers?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from modelbundle.prediction import probabilities_by_target
from modelbundle.signature import Label, Signature, Task
from trainer.datasets.columns import Columns
from trainer.datasets.tables import weights_of
from trainer.grades.decimal_text import decimal_text
from trainer.grades.grading import Answers, Floats
from trainer.grades.model_answers import ModelAnswers
from trainer.models.answer_files import (
    CANDIDATE_NAME,
    CHAMPION_ERROR_NAME,
    CHAMPION_MODEL_NAME,
    CHAMPION_NAME,
    GradedRows,
    read_answers,
)
from trainer.models.signatures import MODEL_NAME, read_signature
from trainer.pod.exits import Reason, UserFault
from trainer.pod.plain_files import read_plain_file
from trainer.recipes.labels import labels_of, numbers_of_all

_MAX_ERROR_BYTES = 64 << 10


@dataclass(frozen=True, slots=True, eq=False)
class AnswerSheet:
    """The true answers of the test rows, with the columns that describe them."""

    table: pa.Table
    columns: Columns

    @property
    def rows(self) -> int:
        """How many questions there are."""
        return int(self.table.num_rows)


def candidate_answers(folder: Path, sheet: AnswerSheet) -> ModelAnswers:
    """What the candidate answered, beside what is true.

    Raises UserFault: ModelUnreadable, PredictionsInvalid, ParameterInvalid for a task that does
    not fit the target.
    """
    signature = read_signature(folder / MODEL_NAME)
    return _answers_of(folder / CANDIDATE_NAME, signature, sheet)


def champion_answers(folder: Path, sheet: AnswerSheet) -> ModelAnswers | str:
    """What the champion answered, beside what is true; or why there is nothing."""
    try:
        error = _noted_error(folder / CHAMPION_ERROR_NAME)
        if error:
            return error
        signature = read_signature(folder / CHAMPION_MODEL_NAME)
        return _answers_of(folder / CHAMPION_NAME, signature, sheet)
    except UserFault as fault:
        return fault.message


def champion_document(digest: str, champion: ModelAnswers | str) -> dict[str, Any]:
    """The result's `champion`: its metrics, or why it has none."""
    if isinstance(champion, str):
        return {"bundle": digest, "error": champion}
    return {"bundle": digest, "metrics": metric_texts(champion.metrics())}


def metric_texts(metrics: Mapping[str, float]) -> dict[str, str]:
    """Metrics as decimal strings, sorted by name."""
    return {name: decimal_text(value) for name, value in sorted(metrics.items())}


def _answers_of(path: Path, signature: Signature, sheet: AnswerSheet) -> ModelAnswers:
    return answers_beside(read_answers(path, signature, sheet.rows), signature, sheet)


def answers_beside(found: GradedRows, signature: Signature, sheet: AnswerSheet) -> ModelAnswers:
    """What a model answered, beside what is true.

    Raises UserFault: ModelUnreadable, PredictionsInvalid, ParameterInvalid where the two do not
    fit.
    """
    targets = signature.targets or (sheet.columns.target,)
    foreign = [target for target in targets if target not in sheet.columns.targets]
    if foreign:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"the model predicts {', '.join(foreign)}, but the dataset's targets are"
            f" {', '.join(sheet.columns.targets)}; give these columns the role Target, or train a"
            " model of these targets",
        )
    weights = weights_of(sheet.table, sheet.columns)
    if signature.task is Task.REGRESSION:
        truth = numbers_of_all(sheet.table, targets)
        return ModelAnswers(signature, weights, numbers=(truth, found.prediction.values))
    answers = tuple(_answers_by_target(found, signature))
    labels = (
        _true_labels(target, of_target.classes, sheet)
        for target, of_target in zip(targets, answers, strict=True)
    )
    return ModelAnswers(signature, weights, tuple(labels), answers)


def answered_instead(before: ModelAnswers, found: GradedRows) -> ModelAnswers:
    """The same true answers beside others of the same model to as many rows."""
    if before.numbers is not None:
        return replace(before, numbers=(before.numbers[0], found.prediction.values))
    return replace(before, answers=tuple(_answers_by_target(found, before.signature)))


def _answers_by_target(found: GradedRows, signature: Signature) -> list[Answers]:
    predicted, classes = found.prediction, signature.classes_by_target
    labels = predicted.values.reshape(len(predicted.values), -1).T.tolist()
    probabilities: Sequence[Floats | None] = [None] * len(classes)
    if predicted.probabilities is not None:
        probabilities = probabilities_by_target(predicted.probabilities, signature)
    by_target = zip(classes, labels, probabilities, strict=True)
    return [Answers(*of_one, found.scores) for of_one in by_target]


def _true_labels(target: str, classes: tuple[Label, ...], sheet: AnswerSheet) -> list[Label]:
    labels = labels_of(sheet.table.column(target), target)
    if not set(labels) & set(classes):
        raise UserFault(
            Reason.PREDICTIONS_INVALID,
            f"the model's classes are {list(classes)[:5]}, but the target {target} holds"
            f" {sorted(set(labels), key=str)[:5]}; train it on the labels as the data has them",
        )
    return labels


def _noted_error(path: Path) -> str:
    if not path.exists() and not path.is_symlink():
        return ""
    try:
        return str(json.loads(read_plain_file(path, _MAX_ERROR_BYTES))["error"])
    except (ValueError, KeyError, TypeError):
        return "the champion's predictions are unreadable"
