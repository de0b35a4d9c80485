"""How a model is asked, and how its failures are told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from onnx import TensorProto, helper
from sklearn.linear_model import LinearRegression

from modelbundle.signature import Feature, Kind
from modelbundle.skops_file import write_skops
from trainer.models.asking import ask
from trainer.models.candidates import Candidate, TrainFacts, load_candidate
from trainer.pod.exits import Exit, Reason, UserFault


@pytest.fixture
def model(tmp_path: Path) -> Candidate:
    """A regressor that doubles its one feature and takes no holes."""
    fitted = LinearRegression().fit(pd.DataFrame({"a": [1.0, 2.0]}), [2.0, 4.0])
    write_skops(fitted, tmp_path / "model.skops")
    facts = TrainFacts((Feature("a", Kind.FLOAT),), ())
    return load_candidate(tmp_path / "model.skops", None, facts)


def test_ask(model: Candidate) -> None:
    """One answer per row of the table, by the names of its columns."""
    found = ask(model, pa.table({"b": ["x", "y"], "a": [3.0, 1.0]}))
    assert [6.0, 2.0] == pytest.approx(found.prediction.values)


def test_ask_tells_the_models_own_words(model: Candidate) -> None:
    """A model that fails on the rows ends in PredictionsInvalid with what it said."""
    with pytest.raises(UserFault) as caught:
        ask(model, pa.table({"a": [None, 1.0]}))
    assert (Reason.PREDICTIONS_INVALID, Exit.USER_CODE_FAILED) == (
        caught.value.reason,
        caught.value.exit_code,
    )
    assert "model.skops fails on the 2 test rows: ValueError: Input X contains NaN" in (
        caught.value.message
    )


def test_a_graph_of_one_row_says_how_it_is_exported_for_many(tmp_path: Path) -> None:
    """The words of ONNX Runtime alone help nobody."""
    ends = [helper.make_tensor_value_info(end, TensorProto.FLOAT, [1, 1]) for end in ("a", "out")]
    node = helper.make_node("Identity", ["a"], ["out"])
    graph = helper.make_graph([node], "g", ends[:1], ends[1:])
    opset = [helper.make_opsetid("", 17)]
    (tmp_path / "model.onnx").write_bytes(
        helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    )
    facts = TrainFacts((Feature("a", Kind.FLOAT),), ())
    model = load_candidate(tmp_path / "model.onnx", None, facts)
    with pytest.raises(UserFault, match="export it with a dynamic batch dimension"):
        ask(model, pa.table({"a": [1.0, 2.0]}))
