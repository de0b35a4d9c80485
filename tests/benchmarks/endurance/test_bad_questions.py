"""Questions that must be refused: each with a sentence, none twice."""

from __future__ import annotations

import pytest

from benchmarks.endurance.bad_questions import refusals
from benchmarks.endurance.worlds import World


def test_every_bad_kind_is_told_apart(numbers: World, columns: World) -> None:
    """Only columns have gaps that are not allowed and categories that are unknown."""
    of_numbers, of_columns = ({q.kind for q in refusals(world)} for world in (numbers, columns))
    assert len(refusals(columns)) == len(of_columns)
    assert "bad: an unknown category" in of_columns - of_numbers


def test_a_bad_question_expects_a_refusal(columns: World) -> None:
    """A status of 4xx; no rows are counted for it."""
    assert {400, 404, 405, 413, 415} == {question.status for question in refusals(columns)}
    assert {0} == {question.rows for question in refusals(columns)}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"error":"inputs is empty"}', True, id="a sentence"),
        pytest.param(b'{"error":"Traceback (most recent call last)"}', False, id="a stack"),
        pytest.param(b'{"error":"x","id":"7"}', False, id="more than a sentence"),
    ],
)
def test_a_refusal_is_one_sentence(numbers: World, body: bytes, expected: bool) -> None:
    """What the server is made of is nobody's business."""
    question = next(q for q in refusals(numbers) if q.kind == "bad: no inputs")
    assert expected is question.is_right(b"HTTP/1.1 400 ", body)
