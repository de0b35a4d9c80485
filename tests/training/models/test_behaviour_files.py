"""Which behaviours are asked for, and how what was found reaches `publish`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.behaviour_files import (
    BEHAVIOURS_NAME,
    MOST_BEHAVIOURS,
    read_behaviours,
    write_behaviours,
)
from trainer.tasks.measures import BehaviourMeasure

ROWS = Rows(np.array([[1.0], [2.0]]), np.empty((2, 0), dtype=object))
ASKED = (BehaviourMeasure(kind="Behaviour", key="k", config_map="sane"),)
STEADY = {"name": "steady", "change": {"column": "a", "multiply": "1"}}
MOVING = {"name": "moving", "change": {"column": "a", "add": "1"}}


class Doubles:
    """Twice the feature; it fails above a thousand."""

    signature = Signature(Task.REGRESSION, (), (Feature("a", Kind.FLOAT),), False)

    def predict(self, rows: Rows) -> Prediction:
        """Twice the feature."""
        if np.any(rows.numbers > 1000):
            raise RuntimeError("too much")
        return Prediction(rows.numbers[:, 0] * 2, None)


def found(mounts: Path, folder: Path) -> dict[str, Any]:
    """What reaches `publish`."""
    write_behaviours(ASKED, mounts, Doubles(), ROWS, folder)
    return dict(read_behaviours(folder))["k"]


def test_all_files_of_the_config_map_are_looked_at(tmp_path: Path) -> None:
    """Those that end in json, as they are mounted: behind links."""
    mount = tmp_path / "sane"
    (mount / "..data").mkdir(parents=True)
    (mount / "..data" / "a.json").write_text(json.dumps([STEADY]))
    (mount / "a.json").symlink_to("..data/a.json")
    (mount / "b.json").write_text(json.dumps([MOVING, STEADY]))
    (mount / "README").write_text("no behaviour")
    expected = {"value": "1", "rows": 3, "note": "moving: holds for 0 of 2"}
    assert expected == found(tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "ConfigMap sane is not there", id="no ConfigMap"),
        pytest.param("[]", "has no *.json with behaviours", id="an empty list"),
        pytest.param("{", "ConfigMap sane: ", id="no JSON"),
        pytest.param('[{"name": "x"}]', "exactly one of change, cases", id="nothing is asked"),
        pytest.param(
            json.dumps([{**MOVING, "change": {"column": "b", "add": "1"}}]),
            "ConfigMap sane: the model has no feature b",
            id="another feature",
        ),
        pytest.param(
            json.dumps([{**MOVING, "change": {"column": "a", "add": "9999"}}]),
            "the model fails on such rows: RuntimeError: too much",
            id="a model that fails",
        ),
        pytest.param(
            json.dumps([STEADY] * (MOST_BEHAVIOURS + 1)), "at most 100 are looked at", id="many"
        ),
    ],
)
def test_what_cannot_be_looked_at_says_why(content: str | None, words: str, tmp_path: Path) -> None:
    """Then the gate fails with it."""
    if content is not None:
        (tmp_path / "sane").mkdir()
        (tmp_path / "sane" / "a.json").write_text(content)
    said = found(tmp_path, tmp_path)
    assert ["why"] == list(said)
    assert words in said["why"]


def test_nothing_is_written_where_nothing_is_asked(tmp_path: Path) -> None:
    """Most gates ask for no behaviour."""
    write_behaviours((), tmp_path, Doubles(), ROWS, tmp_path)
    assert {} == read_behaviours(tmp_path)
    assert not (tmp_path / BEHAVIOURS_NAME).exists()


@pytest.mark.parametrize("content", ["{", "[1]", '{"k": {}}', '{"k": {"value": "x", "note": ""}}'])
def test_what_user_code_left_there_is_not_believed(content: str, tmp_path: Path) -> None:
    """Then no behaviour was looked at."""
    (tmp_path / BEHAVIOURS_NAME).write_text(content)
    assert {} == read_behaviours(tmp_path)
