"""Which model training left behind, and whether it can be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from malicious_pickle import Malicious
from skl2onnx import to_onnx
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeRegressor

from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind
from modelbundle.skops_file import write_skops
from trainer.models.candidates import TrainFacts, load_candidate, probed
from trainer.pod.exits import Reason, UserFault

A = Feature("a", Kind.FLOAT)
TEXT = Feature("t", Kind.CATEGORY)
NUMBERS = Rows(np.array([[1.0], [2.0], [4.0]]), np.empty((3, 0), dtype=object))
FRAME = pd.DataFrame({"a": [1.0, 2.0, 4.0]})


def _saved(model: Any, path: Path) -> Path:
    if path.suffix == ".skops":
        write_skops(model, path)
    elif path.suffix == ".onnx":
        path.write_bytes(to_onnx(model, np.ones((1, 1), dtype=np.float32)).SerializeToString())
    else:
        joblib.dump(model, path)
    return path


@pytest.mark.parametrize("name", ["model.skops", "model.joblib", "model.onnx"])
def test_each_format_answers(tmp_path: Path, name: str) -> None:
    """A model in any of the three formats answers rows."""
    model = LinearRegression().fit(FRAME, [2.0, 4.0, 8.0])
    path = _saved(model, tmp_path / name)
    candidate = load_candidate(path, "Pickle", TrainFacts((A,), ()))
    assert [2.0, 4.0, 8.0] == pytest.approx(candidate.runtime.predict(NUMBERS).values)


def test_an_untrusted_pickle_is_not_opened(tmp_path: Path) -> None:
    """Without trust a pickle is refused before a byte of it is interpreted."""
    path = _saved(Malicious(tmp_path / "mark"), tmp_path / "model.joblib")
    with pytest.raises(UserFault) as caught:
        load_candidate(path, None, TrainFacts((A,), ()))
    assert (Reason.MODEL_NOT_TRUSTED, False) == (
        caught.value.reason,
        (tmp_path / "mark").exists(),
    )


@pytest.mark.parametrize("name", ["model.skops", "model.joblib", "model.onnx"])
def test_other_bytes_are_unreadable(tmp_path: Path, name: str) -> None:
    """Bytes that are no model end in ModelUnreadable, whatever the format."""
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(UserFault) as caught:
        load_candidate(tmp_path / name, "Pickle", TrainFacts((A,), ()))
    assert caught.value.reason is Reason.MODEL_UNREADABLE


@pytest.mark.parametrize(
    ("model", "accepts"),
    [
        pytest.param(LinearRegression(), False, id="a linear model refuses holes"),
        pytest.param(DecisionTreeRegressor(), True, id="a tree takes them"),
    ],
)
def test_probed_numbers(tmp_path: Path, model: Any, *, accepts: bool) -> None:
    """Whether a missing number is accepted is found by asking."""
    path = _saved(model.fit(FRAME, [2.0, 4.0, 8.0]), tmp_path / "model.skops")
    candidate = probed(load_candidate(path, None, TrainFacts((A,), ())), NUMBERS)
    assert (accepts,) == tuple(f.accepts_missing for f in candidate.signature.features)


def test_probed_texts(tmp_path: Path) -> None:
    """A model that fails on unseen texts gets the list of those it has seen."""
    frame = pd.DataFrame({"t": pd.Series(["x", "y", "x"], dtype=object)})
    encoder = make_column_transformer((OneHotEncoder(), ["t"]))
    model = make_pipeline(encoder, LinearRegression()).fit(frame, [1.0, 2.0, 1.0])
    path = _saved(model, tmp_path / "model.skops")
    rows = Rows(np.empty((3, 0)), np.array([["x"], ["y"], ["x"]], dtype=object))
    candidate = probed(load_candidate(path, None, TrainFacts((TEXT,), ())), rows)
    expected = Feature("t", Kind.CATEGORY, accepts_missing=False, categories=("x", "y"))
    assert (expected,) == candidate.signature.features


@pytest.mark.parametrize(
    ("model", "answers", "expected"),
    [
        pytest.param(LinearSVC(), [0, 0, 1], True, id="two classes without probabilities"),
        pytest.param(LinearSVC(), [0, 1, 2], False, id="three classes"),
        pytest.param(LogisticRegression(), [0, 0, 1], False, id="probabilities say it better"),
        pytest.param(LinearRegression(), [0.0, 0.0, 1.0], False, id="a regressor"),
    ],
)
def test_scores(tmp_path: Path, model: Any, answers: list[Any], *, expected: bool) -> None:
    """Scores are there where they are all there is to rank two classes."""
    model.fit(FRAME, answers)
    path = _saved(model, tmp_path / "model.skops")
    scores = load_candidate(path, None, TrainFacts((A,), ())).scores(NUMBERS)
    if scores is not None:
        assert model.decision_function(FRAME).tolist() == scores.tolist()
    assert expected == (scores is not None)
