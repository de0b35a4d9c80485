"""How predictions travel from predict to publish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelbundle.prediction import Prediction
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.answer_files import GradedRows, read_answers, write_answers
from trainer.pod.exits import Exit, Reason, UserFault

FEATURES = (Feature("a", Kind.FLOAT),)
TEXTS = Signature(Task.CLASSIFICATION, ("B", "M"), FEATURES, True)
RANKED = Signature(Task.CLASSIFICATION, (0, 1), FEATURES, False)
LABELS = Signature(
    Task.CLASSIFICATION, ("B", "M", "x", "y", "z"), FEATURES, True, ("p", "q"), (2, 3)
)
OF_TARGETS = ("0_0", "0_1", "1_0", "1_1", "1_2")
SHARES_OF_TARGETS = {f"probability_{at}": [0.5, 0.5] for at in OF_TARGETS}
PAIRS = Signature(Task.REGRESSION, (), FEATURES, False, ("y", "z"))
NUMBERS = Signature(Task.REGRESSION, (), FEATURES, False)
SHARES = {"probability_0": [0.9, 0.1], "probability_1": [0.1, 0.9]}


def test_probabilities(tmp_path: Path) -> None:
    """Labels and probabilities come back as they were."""
    shares = np.array([[0.75, 0.25], [0.125, 0.875]])
    labels = np.array(["B", "M"], dtype=object)
    write_answers(GradedRows(Prediction(labels, shares), None), tmp_path / "a", TEXTS)
    found = read_answers(tmp_path / "a", TEXTS, 2)
    assert found.prediction.probabilities is not None
    assert (["B", "M"], shares.tolist()) == (
        found.prediction.values.tolist(),
        found.prediction.probabilities.tolist(),
    )


def test_scores(tmp_path: Path) -> None:
    """Integer labels and scores come back as they were."""
    rows = GradedRows(Prediction(np.array([0, 1]), None), np.array([-1.5, 2.0]))
    write_answers(rows, tmp_path / "a", RANKED)
    found = read_answers(tmp_path / "a", RANKED, 2)
    assert found.scores is not None
    assert ([0, 1], [-1.5, 2.0]) == (found.prediction.values.tolist(), found.scores.tolist())


def test_numbers(tmp_path: Path) -> None:
    """Predicted numbers come back as they were."""
    rows = GradedRows(Prediction(np.array([0.1, 2.0]), None), None)
    write_answers(rows, tmp_path / "a", NUMBERS)
    assert [0.1, 2.0] == read_answers(tmp_path / "a", NUMBERS, 2).prediction.values.tolist()


def test_several_targets(tmp_path: Path) -> None:
    """Each number comes back under its target."""
    rows = GradedRows(Prediction(np.array([[0.1, 2.0], [3.0, -4.0]]), None), None)
    write_answers(rows, tmp_path / "a", PAIRS)
    found = read_answers(tmp_path / "a", PAIRS, 2)
    assert [[0.1, 2.0], [3.0, -4.0]] == found.prediction.values.tolist()


def test_several_targets_of_labels(tmp_path: Path) -> None:
    """Labels stand under their target, probabilities under target and class."""
    labels = np.array([["B", "x"], ["M", "z"]], dtype=object)
    shares = np.array([[0.75, 0.25, 0.5, 0.25, 0.25], [0.125, 0.875, 0.0, 0.25, 0.75]])
    write_answers(GradedRows(Prediction(labels, shares), None), tmp_path / "a", LABELS)
    expected = ["answer_0", "answer_1", *(f"probability_{at}" for at in OF_TARGETS)]
    assert expected == pq.read_schema(tmp_path / "a").names
    found = read_answers(tmp_path / "a", LABELS, 2).prediction
    assert found.probabilities is not None
    assert (labels.tolist(), shares.tolist()) == (
        found.values.tolist(),
        found.probabilities.tolist(),
    )


@pytest.mark.parametrize(
    ("signature", "columns", "words"),
    [
        pytest.param(PAIRS, {"answer_0": [1.0, 2.0]}, "do not answer", id="one target of two"),
        pytest.param(NUMBERS, {"answer": [1.0]}, "do not answer 2 test rows", id="too few rows"),
        pytest.param(NUMBERS, {"answer": [1.0] * 3}, "do not answer 2 test rows", id="too many"),
        pytest.param(NUMBERS, {"answer": [1.0, float("nan")]}, "not finite", id="NaN"),
        pytest.param(NUMBERS, {"answer": [1.0, None]}, "do not answer", id="a missing number"),
        pytest.param(NUMBERS, {"answer": ["a", "b"]}, "do not answer", id="texts for numbers"),
        pytest.param(NUMBERS, {"other": [1, 2]}, "do not answer", id="no column of answers"),
        pytest.param(
            TEXTS, {"answer": ["B", "X"], **SHARES}, "none of its classes", id="a foreign label"
        ),
        pytest.param(
            LABELS,
            {"answer_0": ["B", "M"], "answer_1": ["x", "M"], **SHARES_OF_TARGETS},
            "answered ['M'], which are none of its classes ['x', 'y', 'z']",
            id="a label of another target",
        ),
        pytest.param(
            LABELS,
            {"answer_0": ["B", "M"], "answer_1": ["x", "y"], "probability_0_0": [0.5, 0.5]},
            "do not answer",
            id="probabilities of some classes only",
        ),
        pytest.param(TEXTS, {"answer": ["B", "M"]}, "do not answer", id="no probabilities"),
        pytest.param(
            TEXTS,
            {"answer": ["B", "M"], **SHARES, "probability_1": [float("nan"), 1.0]},
            "not finite",
            id="a probability that is NaN",
        ),
    ],
)
def test_refuses(tmp_path: Path, signature: Signature, columns: dict[str, Any], words: str) -> None:
    """Anything but one usable answer per row is PredictionsInvalid."""
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    with pytest.raises(UserFault) as caught:
        read_answers(tmp_path / "a.parquet", signature, 2)
    assert (Reason.PREDICTIONS_INVALID, Exit.USER_CODE_FAILED) == (
        caught.value.reason,
        caught.value.exit_code,
    )
    assert words in caught.value.message


def test_refuses_what_is_no_parquet(tmp_path: Path) -> None:
    """Other bytes are PredictionsInvalid too."""
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(UserFault) as caught:
        read_answers(tmp_path / "a.parquet", NUMBERS, 2)
    assert caught.value.reason is Reason.PREDICTIONS_INVALID


def packed(tmp_path: Path, rows: int, label: str = "B") -> Path:
    """Return a file of a few hundred bytes that says so many rows of one label."""
    columns = {"answer": pa.array([label] * rows), "probability_0": pa.array([0.5] * rows)}
    table = pa.table(columns | {"probability_1": columns["probability_0"]})
    path = tmp_path / "candidate.parquet"
    pq.write_table(table, path, compression="zstd", row_group_size=rows)
    return path


@pytest.mark.parametrize(
    ("rows", "label", "words"),
    [
        pytest.param(2_000_000, "B", "it holds 2000000", id="rows that nobody asked for"),
        pytest.param(2, "B" * (64 << 20), "at most", id="a label without end"),
    ],
)
def test_what_would_spread_is_refused_by_what_the_file_says(
    tmp_path: Path, rows: int, label: str, words: str
) -> None:
    """Before any of it is read."""
    path = packed(tmp_path, rows, label)
    assert path.stat().st_size < 50_000
    with pytest.raises(UserFault, match=words):
        read_answers(path, TEXTS, 2)
