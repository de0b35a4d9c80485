"""How predictions are written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelbundle.prediction import Prediction
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.batch.prediction_files import (
    PartFile,
    numbers_in_file,
    prediction_columns,
    prediction_schema,
)
from trainer.files.row_numbers import FileRows
from trainer.pod.exits import UserFault

FEATURES = (Feature("a", Kind.FLOAT),)
ONE = Signature(Task.CLASSIFICATION, (1, 2), FEATURES, True)
TWO = Signature(
    Task.CLASSIFICATION, ("y", "n", "s", "m", "l"), FEATURES, True, ("ill", "size"), (2, 3)
)
NUMBERS = Signature(Task.REGRESSION, (), FEATURES, False, ("x", "y"))


@pytest.mark.parametrize(
    ("signature", "prediction", "expected"),
    [
        pytest.param(
            ONE,
            Prediction(np.array([2]), np.array([[0.25, 0.75]])),
            {"prediction": 2, "probability_1": 0.25, "probability_2": 0.75},
            id="one target",
        ),
        pytest.param(
            TWO,
            Prediction(np.array([["y", "l"]], object), np.array([[0.9, 0.1, 0.2, 0.3, 0.5]])),
            {
                "prediction_ill": "y",
                "prediction_size": "l",
                "probability_ill_y": 0.9,
                "probability_ill_n": 0.1,
                "probability_size_s": 0.2,
                "probability_size_m": 0.3,
                "probability_size_l": 0.5,
            },
            id="two targets",
        ),
        pytest.param(
            NUMBERS,
            Prediction(np.array([[1.5, 2.5]]), None),
            {"prediction_x": 1.5, "prediction_y": 2.5},
            id="two numbers",
        ),
    ],
)
def test_every_answer_has_its_column(
    tmp_path: Path, signature: Signature, prediction: Prediction, expected: dict[str, object]
) -> None:
    """In the types of the classes, between what is carried along and the digest."""
    schema = prediction_schema(signature, ("who",))
    with PartFile(tmp_path / "p.parquet", schema) as part:
        found = prediction_columns(prediction, signature, schema)
        part.add([["f"], [1], ["me"], *found, ["d"]])
    (row,) = pq.read_table(tmp_path / "p.parquet").to_pylist()
    assert {"file": "f", "row": 1, "who": "me", **expected, "bundle_digest": "d"} == row


@pytest.mark.parametrize("name", ["file", "prediction", "probability_1", "bundle_digest"])
def test_what_is_carried_along_has_a_name_of_its_own(name: str) -> None:
    """Two columns of one name could not be told apart."""
    with pytest.raises(UserFault, match=name):
        prediction_schema(ONE, ("who", name))


def test_row_groups_are_of_one_size(tmp_path: Path) -> None:
    """However small the tables are; and a file without rows can be read."""
    schema = pa.schema([("row", pa.int64())])
    with PartFile(tmp_path / "p.parquet", schema) as part:
        for start in range(0, 200_000, 10_000):
            part.add([pa.array(range(start, start + 10_000))])
    with PartFile(tmp_path / "none.parquet", schema):
        pass
    written = pq.ParquetFile(tmp_path / "p.parquet")
    assert (200_000, 200_000) == (part.rows, written.metadata.num_rows)
    assert written.metadata.num_row_groups <= 3
    assert 0 == pq.ParquetFile(tmp_path / "none.parquet").metadata.num_rows


@pytest.mark.parametrize("unreadable", [(), (1,), (2, 3), (1, 4, 5, 9), (20,)])
def test_rows_are_numbered_as_elsewhere(unreadable: tuple[int, ...]) -> None:
    """Many at once as one by one."""
    one_by_one = FileRows("f", 0, unreadable)
    assert [one_by_one.number(n) for n in range(3, 9)] == numbers_in_file(3, 6, unreadable).tolist()
