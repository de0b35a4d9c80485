"""Captured rows as a table."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from modelbundle.captured_rows import CapturedModel, CapturedRows
from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind
from trainer.captures.capture_table import Circumstances, capture_table, prediction_columns

OF = Circumstances("tumours-1", "sha256:aa", 10.0)
FEATURES = (
    Feature("size", Kind.FLOAT),
    Feature("count", Kind.INTEGER),
    Feature("site", Kind.CATEGORY),
    Feature("smoker", Kind.BOOLEAN),
)


def test_every_kind_has_its_type_and_missing_is_null() -> None:
    """As training data has them."""
    numbers = np.array([[1.5, 3, 1], [np.nan, np.nan, np.nan]])
    rows = Rows(numbers, np.array([["left"], [""]], dtype=object))
    predicted = Prediction(np.array([1, 0]), None)
    found = CapturedRows(["a", "b"], [0.5, 86400.0], [1, 1], rows, predicted)
    table = capture_table(CapturedModel(FEATURES, (0, 1), (), ()), found, OF)
    assert [
        {"input.size": 1.5, "input.count": 3, "input.site": "left", "input.smoker": True},
        {"input.size": None, "input.count": None, "input.site": None, "input.smoker": None},
    ] == [{k: v for k, v in row.items() if k.startswith("input.")} for row in table.to_pylist()]
    assert pa.int64() == table.schema.field("input.count").type
    assert pa.bool_() == table.schema.field("input.smoker").type
    assert [1, 0] == table["prediction"].to_pylist()
    assert datetime(1970, 1, 2, tzinfo=UTC) == table["time"][1].as_py()
    assert ["tumours-1"] * 2 == table["revision"].to_pylist()
    assert {10.0} == set(table["sampled_percent"].to_pylist())


def test_rows_of_a_request_are_numbered() -> None:
    """So that labels can name them."""
    rows = Rows(np.zeros((4, 0)), np.empty((4, 0), dtype=object))
    predicted = Prediction(np.array([0.5, 1.5, 2.5, 3.5]), None)
    found = CapturedRows(["a", "b"], [1.0, 2.0], [1, 3], rows, predicted)
    table = capture_table(CapturedModel((), (), (), ()), found, OF)
    lines = [(r["request_id"], r["row"], r["rows"]) for r in table.to_pylist()]
    assert [("a", 0, 1), ("b", 0, 3), ("b", 1, 3), ("b", 2, 3)] == lines


def test_several_targets_have_a_column_each() -> None:
    """And the chances of each of their classes."""
    rows = Rows(np.zeros((1, 0)), np.empty((1, 0), dtype=object))
    values = np.array([["x", "q"]], dtype=object)
    predicted = Prediction(values, np.array([[0.9, 0.1, 0.2, 0.8]]))
    found = CapturedRows(["a"], [1.0], [1], rows, predicted)
    model = CapturedModel((), ("x", "y", "p", "q"), ("one", "two"), (2, 2))
    (line,) = capture_table(model, found, OF).to_pylist()
    assert ("x", "q", 0.1, 0.2) == (
        line["prediction.one"],
        line["prediction.two"],
        line["probability.one.y"],
        line["probability.two.p"],
    )


def test_predictions_are_told_from_probabilities() -> None:
    """By target; one that is alone has no name."""
    assert {"": "prediction"} == prediction_columns(["prediction", "probability.a", "time"])
    assert {"one": "prediction.one"} == prediction_columns(["prediction.one"])
