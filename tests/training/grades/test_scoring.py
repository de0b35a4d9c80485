"""How candidate and champion score on the answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from training_pod import NO_DIGEST

from modelbundle.prediction import Prediction
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.datasets.columns import Columns
from trainer.datasets.dataset_manifest import DatasetColumn
from trainer.grades.scoring import (
    AnswerSheet,
    candidate_answers,
    champion_answers,
    champion_document,
    metric_texts,
)
from trainer.models.answer_files import GradedRows, write_answers
from trainer.models.signatures import write_signature
from trainer.pod.exits import UserFault
from trainer.tasks.ingest_task import ColumnType, Role

FEATURES = (Feature("a", Kind.FLOAT),)
COLUMNS = Columns("y", (DatasetColumn("w", ColumnType.FLOAT, Role.WEIGHT, None),))
SHEET = AnswerSheet(pa.table({"y": ["B", "M", "M"], "w": [1.0, 1.0, 2.0]}), COLUMNS)


def _write(folder: Path, name: str, answers: list[Any], classes: tuple[Any, ...]) -> None:
    task = Task.CLASSIFICATION if classes else Task.REGRESSION
    signature = Signature(task, classes, FEATURES, False)
    model = {"candidate": "model.json", "champion": "champion.json"}[name]
    write_signature(signature, folder / model)
    values = np.array(answers, dtype=object if classes else float)
    write_answers(GradedRows(Prediction(values, None), None), folder / f"{name}.parquet", signature)


def _champion(folder: Path) -> dict[str, Any]:
    return champion_document(NO_DIGEST, champion_answers(folder, SHEET))


def test_score_candidate(tmp_path: Path) -> None:
    """Rows count by their weight: two of three are right, with three quarters of the weight."""
    _write(tmp_path, "candidate", ["M", "M", "M"], ("B", "M"))
    found = candidate_answers(tmp_path, SHEET)
    assert (("B", "M"), 0.75) == (found.signature.classes, found.metrics()["accuracy"])


def test_classes_that_are_not_the_datas(tmp_path: Path) -> None:
    """A model that was trained on encoded labels is told so."""
    _write(tmp_path, "candidate", ["1", "0", "1"], ("0", "1"))
    with pytest.raises(UserFault) as caught:
        candidate_answers(tmp_path, SHEET)
    assert "train it on the labels as the data has them" in caught.value.message


@pytest.mark.parametrize(
    ("second", "accuracy"),
    [
        pytest.param(["on", "off", "off"], 0.75, id="one target all right, one half of its weight"),
        pytest.param(["off", "on", "off"], 0.5, id="one target all right, one all wrong"),
    ],
)
def test_several_targets(second: list[str], accuracy: float, tmp_path: Path) -> None:
    """Each target is graded by its own column, and weighs as much as the others."""
    classes = ("B", "M", "off", "on")
    signature = Signature(Task.CLASSIFICATION, classes, FEATURES, False, ("y", "z"), (2, 2))
    write_signature(signature, tmp_path / "model.json")
    answers = np.column_stack([["B", "M", "M"], second]).astype(object)
    write_answers(
        GradedRows(Prediction(answers, None), None), tmp_path / "candidate.parquet", signature
    )
    table = SHEET.table.append_column("z", [["on", "off", "on"]])
    beside = DatasetColumn("z", ColumnType.CATEGORY, Role.TARGET, None)
    columns = Columns("y", (*COLUMNS.members, beside))
    graded = candidate_answers(tmp_path, AnswerSheet(table, columns)).metrics()
    assert accuracy == graded["accuracy"]
    with pytest.raises(UserFault, match="the model predicts z, but the dataset's targets are y"):
        candidate_answers(tmp_path, SHEET)


def test_a_regressor_for_texts(tmp_path: Path) -> None:
    """A model that answers numbers to a target of texts is told so."""
    _write(tmp_path, "candidate", [1.0, 2.0, 3.0], ())
    with pytest.raises(UserFault) as caught:
        candidate_answers(tmp_path, SHEET)
    assert "Use a classifier" in caught.value.message


def test_champion(tmp_path: Path) -> None:
    """A champion is graded on the same rows."""
    _write(tmp_path, "champion", ["B", "M", "M"], ("B", "M"))
    found = _champion(tmp_path)
    assert (NO_DIGEST, "1") == (found["bundle"], found["metrics"]["accuracy"])


def test_champion_with_an_error(tmp_path: Path) -> None:
    """What predict noted is the champion's error."""
    (tmp_path / "champion-error.json").write_text(json.dumps({"error": "other features"}))
    expected = {"bundle": NO_DIGEST, "error": "other features"}
    assert expected == _champion(tmp_path)


@pytest.mark.parametrize(
    "content", [pytest.param("{", id="no JSON"), pytest.param("[]", id="no object")]
)
def test_champion_with_an_unreadable_error(tmp_path: Path, content: str) -> None:
    """A forged note ends nothing."""
    (tmp_path / "champion-error.json").write_text(content)
    assert "unreadable" in _champion(tmp_path)["error"]


def test_champion_without_predictions(tmp_path: Path) -> None:
    """Missing predictions are an error of the champion, not of the run."""
    assert "champion.json cannot be read" in _champion(tmp_path)["error"]


def test_metric_texts() -> None:
    """Metrics are decimal strings, sorted."""
    expected = [("a", "0.333333"), ("b", "1")]
    assert expected == list(metric_texts({"b": 1.0, "a": 1 / 3}).items())
