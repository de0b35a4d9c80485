"""The invented row."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from serving_bundles import Sample

from modelbundle.example import read_example, request_inputs, typical_row
from modelbundle.faults import BundleUnreadable
from modelbundle.rows import rows_of_frame
from modelbundle.signature import Feature, Kind, Signature, Task

FEATURES = (
    Feature("size", Kind.FLOAT),
    Feature("age", Kind.INTEGER),
    Feature("smoker", Kind.BOOLEAN),
    Feature("site", Kind.CATEGORY),
)
SIGNATURE = Signature(Task.REGRESSION, (), FEATURES, probabilities=False)
FRAME = pd.DataFrame(
    {
        "size": [1.0, 2.5, np.nan, 4.0],
        "age": [20, 30, 41, 50],
        "smoker": [True, True, True, False],
        "site": ["right", "left", "left", None],
    }
)


def test_the_row_is_medians_and_commonest_texts() -> None:
    """Whole numbers stay whole (35.5 is 36), missing values do not count."""
    row = typical_row(rows_of_frame(FRAME, FEATURES), SIGNATURE)
    assert ([[2.5, 36.0, 1.0]], [["left"]]) == (row.numbers.tolist(), row.texts.tolist())


def test_columns_without_values_get_something() -> None:
    """A column that is all missing values gives 0 and ""."""
    frame = FRAME.assign(size=np.nan, site=None)
    row = typical_row(rows_of_frame(frame, FEATURES), SIGNATURE)
    assert (0.0, "") == (row.numbers[0, 0], row.texts[0, 0])


def test_request_says_the_rows_in_their_own_types() -> None:
    """Booleans are booleans, whole numbers are whole, missing values are null."""
    inputs = request_inputs(rows_of_frame(FRAME.iloc[2:], FEATURES), SIGNATURE)
    expected = [
        {"name": "size", "datatype": "FP64", "shape": [2], "data": [None, 4.0]},
        {"name": "age", "datatype": "INT64", "shape": [2], "data": [41, 50]},
        {"name": "smoker", "datatype": "BOOL", "shape": [2], "data": [True, False]},
        {"name": "site", "datatype": "BYTES", "shape": [2], "data": ["left", None]},
    ]
    assert expected == inputs


def test_packed_example_is_no_row_of_the_data(tumours_sample: Sample) -> None:
    """Nobody's record leaves with the model."""
    example = read_example(tumours_sample.directory)
    row = np.array(example.request["inputs"][0]["data"])
    assert not (tumours_sample.rows.numbers == row).all(axis=1).any()
    assert ("labels", "probabilities") == tuple(output["name"] for output in example.outputs)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"request": {}}, id="no response"),
        pytest.param({"request": {}, "response": {"outputs": []}}, id="no outputs"),
        pytest.param([], id="no object"),
    ],
)
def test_no_example_is_told(tmp_path: Path, document: object) -> None:
    """Bytes that are no example."""
    (tmp_path / "example.json").write_text(json.dumps(document))
    with pytest.raises(BundleUnreadable, match=r"example\.json"):
        read_example(tmp_path)
