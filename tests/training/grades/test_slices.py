"""In which slice a metric is worst."""

from __future__ import annotations

import pytest

from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.grades.grading import Answers
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.slices import MOST_SLICES, Side, SliceFinding, worst_slice

CLASSES = Signature(Task.CLASSIFICATION, (False, True), (Feature("a", Kind.FLOAT),), False)


def model(right: list[bool]) -> ModelAnswers:
    """A model that is right on these rows."""
    answers = Answers(CLASSES.classes, right)
    return ModelAnswers(CLASSES, None, ([True] * len(right),), (answers,))


SITES = ["left"] * 4 + ["right"] * 4 + [None] * 4 + ["rare"] * 2
RIGHT = [True, True, True, False] + [True] * 4 + [True, False, False, False] + [False] * 2


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        pytest.param("Lowest", SliceFinding("(missing)", 0.25, 4, 3, 1, 0), id="lowest"),
        pytest.param("Highest", SliceFinding("right", 1.0, 4, 3, 1, 0), id="highest"),
    ],
)
def test_the_worst_slice(side: Side, expected: SliceFinding) -> None:
    """Rows without a value are a slice; a slice of few rows is left out, and counted."""
    assert expected == worst_slice("accuracy", model(RIGHT), SITES, side, 4)


def test_no_slice_of_so_many_rows() -> None:
    """It says how many values there are."""
    found = worst_slice("accuracy", model(RIGHT), SITES, "Lowest", 5)
    assert "none of its 4 values has 5 test rows" == found


def test_a_metric_that_no_slice_has() -> None:
    """There is one class only."""
    found = worst_slice("roc_auc", model(RIGHT), SITES, "Lowest", 1)
    assert "roc_auc is defined in none of its 4 slices" == found


def test_a_column_of_ids_is_none_of_slices() -> None:
    """Measuring each would take for ever."""
    rows = MOST_SLICES + 1
    found = worst_slice("accuracy", model([True] * rows), list(range(rows)), "Lowest", 1)
    assert "it has more than 1000 values: no column of slices" == found
