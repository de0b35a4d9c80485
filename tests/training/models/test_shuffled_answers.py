"""What a model answers where a column is shuffled, and how that reaches `publish`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.candidates import Candidate
from trainer.models.shuffled_answers import (
    MOST_COLUMNS,
    MOST_ROWS,
    SHUFFLED_NAME,
    SHUFFLED_NOTE,
    SHUFFLES,
    drawn_rows,
    read_shuffled,
    write_shuffled,
)

COUNT = 40


class Model:
    """A runtime of a function over rows."""

    def __init__(self, features: tuple[Feature, ...], says: Callable[[Rows], Any]) -> None:
        self.signature = Signature(Task.REGRESSION, (), features, False)
        self._says = says

    def predict(self, rows: Rows) -> Prediction:
        """What the function says."""
        return Prediction(np.asarray(self._says(rows), dtype=np.float64), None)


def floats(count: int) -> tuple[Feature, ...]:
    """So many numeric features."""
    return tuple(Feature(f"f{number}", Kind.FLOAT) for number in range(count))


MIXED = (Feature("a", Kind.FLOAT), Feature("t", Kind.CATEGORY), Feature("b", Kind.FLOAT))
ROWS = Rows(
    np.arange(2.0 * COUNT).reshape(COUNT, 2),
    np.array([[f"x{number}"] for number in range(COUNT)], dtype=object),
)


def asked(model: Model, rows: Rows, folder: Path, **more: Any) -> tuple[list[list[float]], str]:
    """The answers by shuffle, and why there are no more."""
    write_shuffled(Candidate(folder / "model", model, None), rows, 7, folder, **more)
    drawn = len(drawn_rows(len(rows), len(model.signature.features), 7))
    found, why = read_shuffled(folder, model.signature, drawn)
    return [part.prediction.values.tolist() for mine in found for part in mine], why


@pytest.mark.parametrize(
    ("says", "column"),
    [
        pytest.param(lambda r: r.numbers[:, 0], 0, id="the first number"),
        pytest.param(lambda r: [int(t[1:]) for t in r.texts[:, 0]], 1, id="the text"),
        pytest.param(lambda r: r.numbers[:, 1], 2, id="the second number"),
    ],
)
def test_one_column_is_shuffled_at_a_time(
    tmp_path: Path, says: Callable[[Rows], Any], column: int
) -> None:
    """The same values in another order where the model looks at it; else nothing changes."""
    as_it_is = np.asarray(says(ROWS), dtype=float).tolist()
    found, why = asked(Model(MIXED, says), ROWS, tmp_path)
    assert (3 * SHUFFLES, "") == (len(found), why)
    for number, answers in enumerate(found):
        assert sorted(as_it_is) == sorted(answers)
        assert (answers != as_it_is) == (number // SHUFFLES == column)
    mine = found[column * SHUFFLES : (column + 1) * SHUFFLES]
    assert SHUFFLES == len({tuple(answers) for answers in mine})
    again, _ = asked(Model(MIXED, says), ROWS, tmp_path)
    assert found == again


def test_so_much_is_looked_at_and_no_more(tmp_path: Path) -> None:
    """Rows are drawn, columns counted, and the time is bounded; what is left out is told."""
    wide = Rows(np.ones((2000, MOST_COLUMNS + 6)), np.empty((2000, 0), dtype=object))
    model = Model(floats(MOST_COLUMNS + 6), lambda r: r.numbers[:, 0])
    found, why = asked(model, wide, tmp_path)
    assert (MOST_COLUMNS * SHUFFLES, MOST_ROWS, "") == (len(found), len(found[0]), why)
    found, why = asked(model, wide, tmp_path, seconds=-1.0)
    assert SHUFFLES <= len(found) < MOST_COLUMNS * SHUFFLES
    assert "was over" in why


def test_a_wide_table_has_fewer_rows() -> None:
    """Ten thousand columns of a hundred rows; always the same ones, in order."""
    drawn = drawn_rows(10**6, 10_000, 3)
    assert 100 == len(set(drawn.tolist()))
    assert drawn.tolist() == sorted(drawn_rows(10**6, 10_000, 3).tolist())
    assert [0, 1, 2] == drawn_rows(3, 4, 3).tolist()


def test_few_rows_say_nothing(tmp_path: Path) -> None:
    """No file, and no answers."""
    assert ([], "") == asked(Model(MIXED, lambda r: r.numbers[:, 0]), ROWS.part(0, 5), tmp_path)


def test_a_model_that_fails_on_such_rows_fails_no_run(tmp_path: Path) -> None:
    """It is told in the model's own words."""

    def fails(rows: Rows) -> Any:
        raise ValueError("no such mixture")

    found, why = asked(Model(MIXED, fails), ROWS, tmp_path)
    assert ([], "the model failed: ValueError: no such mixture") == (found, why)


@pytest.mark.parametrize(
    "note",
    [
        pytest.param("[]", id="a list"),
        pytest.param('{"columns": "many"}', id="no number"),
        pytest.param('{"columns": 3}', id="fewer answers"),
        pytest.param("x" * 5000, id="too long"),
    ],
)
def test_what_cannot_be_read_counts_as_nothing(tmp_path: Path, note: str) -> None:
    """User code shares the folder."""
    model = Model(MIXED, lambda r: r.numbers[:, 0])
    write_shuffled(Candidate(tmp_path / "model", model, None), ROWS.part(0, 30), 7, tmp_path)
    (tmp_path / SHUFFLED_NOTE).write_text(note)
    found, why = read_shuffled(tmp_path, model.signature, COUNT)
    assert ([], "what predict left of it cannot be read") == (found, why)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """It could lead to what the next container alone may read."""
    (tmp_path / "secret").write_text(json.dumps({"columns": 1}))
    (tmp_path / SHUFFLED_NOTE).symlink_to(tmp_path / "secret")
    (tmp_path / SHUFFLED_NAME).symlink_to(tmp_path / "secret")
    signature = Model(MIXED, lambda r: r.numbers[:, 0]).signature
    assert [] == read_shuffled(tmp_path, signature, COUNT)[0]
