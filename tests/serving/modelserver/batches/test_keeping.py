"""Drawn requests of a batch, with their own answers.

Proves: serving-image/modelserver/batches/job.py
"""

from __future__ import annotations

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelserver.batches.job import Batch, Job, Outcome
from modelserver.batches.keeping import keep_drawn
from modelserver.payloads.refusals import ModelFailed

Kept = tuple[list[str], list[int], list[float], list[float]]


def rows(*numbers: float) -> Rows:
    """A row of one number each."""
    return Rows(np.array([[number] for number in numbers]), np.empty((len(numbers), 0), object))


def batch(*requests: tuple[str | None, tuple[float, ...]]) -> tuple[list[Job], Batch]:
    """Requests under these ids, whose answers are ten times their numbers."""
    jobs = [Job(rows(*numbers), lambda _: None, 0.0, drawn) for drawn, numbers in requests]
    flat = [number for _, numbers in requests for number in numbers]
    whole = Prediction(np.array(flat) * 10, np.array([[number] for number in flat]))
    return jobs, Batch(rows(*flat), whole, [])


def kept_of(jobs: list[Job], found: Batch) -> list[Kept]:
    """What is kept, by call."""
    kept: list[Kept] = []

    def keep(ids: list[str], counts: list[int], of: Rows, predicted: Prediction) -> None:
        assert predicted.values.base is None, "a view would hold the whole batch"
        kept.append((ids, counts, of.numbers.ravel().tolist(), predicted.values.tolist()))

    keep_drawn(jobs, found, keep)
    return kept


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        pytest.param([(None, (1.0,)), (None, (2.0,))], [], id="nothing is drawn"),
        pytest.param(
            [("a", (1.0,)), (None, (2.0,)), ("c", (3.0,))],
            [(["a", "c"], [1, 1], [1.0, 3.0], [10.0, 30.0])],
            id="requests of one row",
        ),
        pytest.param(
            [(None, (1.0, 2.0)), ("b", (3.0,)), ("c", (4.0, 5.0, 6.0)), (None, (7.0,))],
            [(["b", "c"], [1, 3], [3.0, 4.0, 5.0, 6.0], [30.0, 40.0, 50.0, 60.0])],
            id="and of several",
        ),
    ],
)
def test_each_drawn_request_has_its_own_answers(
    requests: list[tuple[str | None, tuple[float, ...]]], expected: list[Kept]
) -> None:
    """In order, and nothing of the others."""
    assert expected == kept_of(*batch(*requests))


def test_of_whom_nobody_waits_nothing_is_kept() -> None:
    """It was not answered."""
    jobs, found = batch(("a", (1.0,)), ("b", (2.0,)))
    jobs[0].gone = True
    assert [(["b"], [1], [2.0], [20.0])] == kept_of(jobs, found)


def test_requests_that_were_asked_alone_are_kept_alone() -> None:
    """Those on which the model failed are not."""
    jobs, found = batch(("a", (1.0,)), ("b", (2.0,)), (None, (3.0,)))
    answers: list[Outcome] = [
        Prediction(np.array([10.0]), None),
        ModelFailed(ValueError()),
        ModelFailed(ValueError()),
    ]
    alone = Batch(found.rows, None, answers)
    assert [(["a"], [1], [1.0], [10.0])] == kept_of(jobs, alone)
