"""What is to be explained? The rows of an infer request, and which number of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from modelbundle.prediction import Prediction
from modelbundle.rows import Numbers
from modelbundle.signature import Label, Signature, Task
from modelserver.payloads.binary_tensors import NO_BINARY, BinaryPart, json_bytes
from modelserver.payloads.refusals import RequestRefused, listed, shown
from modelserver.payloads.v2_requests import InferRequest, V2Decoder, json_object

# In float32 a probability beyond it may be 1, whose odds are infinite.
_NEAREST = 1e-7


class Scale(StrEnum):
    """In what the contributions are measured."""

    VALUE = "Value"
    PROBABILITY = "Probability"
    LOG_ODDS = "LogOdds"


@dataclass(frozen=True, slots=True)
class Question:
    """Which number of an answer: of the `target` with this position, for classes of `label`.

    `label`: None for a regression, and where each row's own predicted class is meant.
    """

    scale: Scale
    target: int = 0
    label: Label | None = None


def why_not(signature: Signature) -> str | None:
    """Why no answer of such a model can be explained, or None."""
    if signature.task is Task.CLASSIFICATION and not signature.probabilities:
        return "this model answers with classes alone; only probabilities and numbers are explained"
    return None


def decoded(
    body: bytes | bytearray, json_size: bytes | None, rows: V2Decoder, signature: Signature
) -> tuple[InferRequest, Question]:
    """What is asked: the body of an infer request whose parameters may name scale, class, target.

    Raises RequestRefused.
    """
    size = None if json_size is None else json_bytes(json_size, body)
    if size == 0:
        return rows.decode(body, json_size), question_of({}, signature)
    document = json_object(body if size is None else body[:size])
    binary = NO_BINARY if size is None else BinaryPart(memoryview(body)[size:])
    request = rows.request(document, binary)
    return request, question_of(document.get("parameters") or {}, signature)


def question_of(parameters: dict[str, Any], signature: Signature) -> Question:
    """The question of a request with these parameters. Raises RequestRefused."""
    target = _target(parameters.get("target"), signature.targets)
    asked, label = parameters.get("scale"), parameters.get("class")
    if signature.task is Task.REGRESSION:
        if label is not None:
            raise RequestRefused("parameters: class: this model answers with numbers, not classes")
        allowed = [Scale.VALUE]
    else:
        allowed = [Scale.PROBABILITY, Scale.LOG_ODDS]
        classes = signature.classes_by_target[target]
        if label is not None and _place(label, classes) is None:
            known = listed([str(one) for one in classes])
            raise RequestRefused(f"parameters: class {shown(label)}; this model has {known}")
    if asked is not None and asked not in allowed:
        raise RequestRefused(f"parameters: scale {shown(asked)}; expected {' or '.join(allowed)}")
    return Question(allowed[0] if asked is None else Scale(asked), target, label)


def _target(name: Any, targets: Sequence[str]) -> int:
    if not targets:
        if name is not None:
            raise RequestRefused("parameters: target: this model has only one")
        return 0
    if name not in targets:
        raise RequestRefused(f"parameters: target {shown(name)}; expected one of {listed(targets)}")
    return targets.index(name)


def _place(label: Any, classes: Sequence[Label]) -> int | None:
    """Where the class is; true is no 1."""
    return next(
        (i for i, one in enumerate(classes) if type(one) is type(label) and one == label), None
    )


def own_class(question: Question, row: Prediction, signature: Signature) -> Label | None:
    """The class that is meant for this row; None for a regression."""
    if signature.task is Task.REGRESSION or question.label is not None:
        return question.label
    label: Label = row.values.reshape(1, -1)[0, question.target]
    return label.item() if isinstance(label, np.generic) else label


def numbers_of(
    predicted: Prediction, question: Question, label: Label | None, signature: Signature
) -> Numbers:
    """The number in question of every row that was predicted."""
    if predicted.probabilities is None:
        values: Numbers = predicted.values.reshape(len(predicted.values), -1)[:, question.target]
        return values
    before = sum(signature.class_counts[: question.target])
    place = _place(label, signature.classes_by_target[question.target])
    assert place is not None, "a question's class was looked up"  # noqa: S101
    likely: Numbers = predicted.probabilities[:, before + place]
    if question.scale is Scale.PROBABILITY:
        return likely
    bounded = np.clip(likely, _NEAREST, 1 - _NEAREST)
    odds: Numbers = np.log(bounded / (1 - bounded))
    return odds
