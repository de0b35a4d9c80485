"""Which number of an answer is explained, and which questions have no answer."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.explanations.questions import (
    Question,
    Scale,
    decoded,
    numbers_of,
    own_class,
    question_of,
    why_not,
)
from modelserver.payloads.refusals import RequestRefused
from modelserver.payloads.v2_requests import V2Decoder

FEATURES = (Feature("a", Kind.FLOAT), Feature("b", Kind.FLOAT))
NUMBER = Signature(Task.REGRESSION, (), FEATURES, probabilities=False)
LABELS = Signature(Task.CLASSIFICATION, ("no", "yes"), FEATURES, probabilities=True)
FLAGS = Signature(Task.CLASSIFICATION, (False, True), FEATURES, probabilities=True)
BARE = Signature(Task.CLASSIFICATION, ("no", "yes"), FEATURES, probabilities=False)
TWO_NUMBERS = Signature(Task.REGRESSION, (), FEATURES, probabilities=False, targets=("x", "y"))
TWO_LABELS = Signature(
    Task.CLASSIFICATION,
    ("no", "yes", "l", "m", "s"),
    FEATURES,
    probabilities=True,
    targets=("ill", "size"),
    class_counts=(2, 3),
)


@pytest.mark.parametrize(
    ("signature", "parameters", "expected"),
    [
        pytest.param(NUMBER, {}, Question(Scale.VALUE), id="a number"),
        pytest.param(LABELS, {}, Question(Scale.PROBABILITY), id="each row's own class"),
        pytest.param(
            LABELS,
            {"class": "yes", "scale": "LogOdds"},
            Question(Scale.LOG_ODDS, 0, "yes"),
            id="named",
        ),
        pytest.param(FLAGS, {"class": True}, Question(Scale.PROBABILITY, 0, True), id="a flag"),
        pytest.param(TWO_NUMBERS, {"target": "y"}, Question(Scale.VALUE, 1), id="one of numbers"),
        pytest.param(
            TWO_LABELS,
            {"target": "size", "class": "m"},
            Question(Scale.PROBABILITY, 1, "m"),
            id="one of labels",
        ),
    ],
)
def test_questions(signature: Signature, parameters: dict[str, Any], expected: Question) -> None:
    """Parameters of the request, as they are meant."""
    assert question_of(parameters, signature) == expected


@pytest.mark.parametrize(
    ("signature", "parameters", "sentence"),
    [
        pytest.param(NUMBER, {"class": "yes"}, "answers with numbers, not classes", id="no class"),
        pytest.param(NUMBER, {"scale": "LogOdds"}, "scale 'LogOdds'; expected Value", id="scale"),
        pytest.param(LABELS, {"scale": 7}, "expected Probability or LogOdds", id="no scale"),
        pytest.param(LABELS, {"class": "YES"}, "class 'YES'; this model has no, yes", id="class"),
        pytest.param(FLAGS, {"class": 1}, "class 1; this model has False, True", id="1 is no true"),
        pytest.param(LABELS, {"target": "x"}, "target: this model has only one", id="one target"),
        pytest.param(TWO_NUMBERS, {}, "target None; expected one of x, y", id="which target?"),
        pytest.param(TWO_LABELS, {"target": [1]}, "expected one of ill, size", id="no target"),
        pytest.param(
            TWO_LABELS, {"target": "ill", "class": "m"}, "this model has no, yes", id="another's"
        ),
    ],
)
def test_refusals(signature: Signature, parameters: dict[str, Any], sentence: str) -> None:
    """What the model does not have is named beside what it has."""
    with pytest.raises(RequestRefused) as refused:
        question_of(parameters, signature)
    assert (400, True) == (refused.value.status, sentence in str(refused.value))


def test_classes_alone_cannot_be_explained() -> None:
    """There is nothing that contributions could add up to."""
    assert "only probabilities and numbers" in (why_not(BARE) or "")
    assert [None, None] == [why_not(NUMBER), why_not(LABELS)]


def test_the_numbers_in_question() -> None:
    """Columns of the right target; odds are bounded where a probability is 1."""
    labels = np.array([["yes", "m"], ["no", "s"]], dtype=object)
    likely = np.array([[0.2, 0.8, 0.1, 0.6, 0.3], [1.0, 0.0, 0.2, 0.2, 0.6]])
    predicted = Prediction(labels, likely)
    size = Question(Scale.PROBABILITY, 1)
    assert own_class(size, predicted.part(1, 2), TWO_LABELS) == "s"
    assert numbers_of(predicted, size, "s", TWO_LABELS).tolist() == [0.3, 0.6]
    odds = numbers_of(predicted, Question(Scale.LOG_ODDS), "no", TWO_LABELS)
    np.testing.assert_allclose(odds, [np.log(0.25), np.log(1e7)], rtol=1e-6)
    numbers = Prediction(np.array([[1.0, 2.0]]), None)
    second = Question(Scale.VALUE, 1)
    assert own_class(second, numbers, TWO_NUMBERS) is None
    assert numbers_of(numbers, second, None, TWO_NUMBERS).tolist() == [2.0]


def test_the_body_is_that_of_an_infer_request() -> None:
    """In JSON, with tensors as bytes behind it, and as bytes alone."""
    decoder = V2Decoder(LABELS, 10)
    head: dict[str, Any] = {"name": "input", "datatype": "FP64", "shape": [1, 2]}
    plain = json.dumps({"parameters": {"class": "no"}, "inputs": [head | {"data": [1, 2]}]})
    content = np.array([1.0, 2.0]).tobytes()
    sized = head | {"parameters": {"binary_data_size": len(content)}}
    behind = json.dumps({"inputs": [sized]}).encode()
    found = [
        decoded(plain.encode(), None, decoder, LABELS),
        decoded(behind + content, str(len(behind)).encode(), decoder, LABELS),
        decoded(content, b"0", decoder, LABELS),
    ]
    assert [[1.0, 2.0]] * 3 == [request.rows.numbers[0].tolist() for request, _ in found]
    assert ["no", None, None] == [question.label for _, question in found]
