"""How rows get from parquet into arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelbundle.signature import Feature, Kind
from trainer.datasets.columns import Columns
from trainer.datasets.dataset_manifest import DatasetColumn
from trainer.datasets.tables import (
    read_table,
    refuse_weightless,
    rewrite,
    rows_of_table,
    weights_of,
    weights_of_part,
)
from trainer.pod.exits import UserFault
from trainer.tasks.ingest_task import ColumnType, Role

FEATURES = (
    Feature("number", Kind.FLOAT),
    Feature("text", Kind.CATEGORY),
    Feature("whole", Kind.INTEGER),
    Feature("flag", Kind.BOOLEAN),
)
TABLE = pa.table(
    {
        "number": pa.array([1.5, None]),
        "text": pa.array(["a", None]),
        "whole": pa.array([3, None]),
        "flag": pa.array([True, None]),
        "weight": pa.array([2, 1]),
    }
)
WEIGHTED = Columns("y", (DatasetColumn("weight", ColumnType.INTEGER, Role.WEIGHT, None),))


def test_rewrite(tmp_path: Path) -> None:
    """Parts become one file per output, rows in order, columns as asked for."""
    for number in range(2):
        part = pa.table({"a": [number * 10, number * 10 + 1], "b": ["x", "y"]})
        pq.write_table(part, tmp_path / f"{number}.parquet")
    parts = [tmp_path / "0.parquet", tmp_path / "1.parquet"]
    outputs = [(tmp_path / "both", ("a", "b")), (tmp_path / "only", ("b",))]
    assert 4 == rewrite(parts, outputs)
    assert {"a": [0, 1, 10, 11], "b": ["x", "y", "x", "y"]} == read_table(
        tmp_path / "both"
    ).to_pydict()
    assert {"b": ["x", "y", "x", "y"]} == read_table(tmp_path / "only").to_pydict()


def test_rows_of_table() -> None:
    """Numbers are float64 with NaN, texts are text with "" for missing, in feature order."""
    rows = rows_of_table(TABLE, FEATURES)
    assert np.array_equal([[1.5, 3, 1], [np.nan] * 3], rows.numbers, equal_nan=True)
    assert [["a"], [""]] == rows.texts.tolist()


def test_rows_of_dictionary_texts() -> None:
    """Dictionary-encoded categories are read as texts."""
    table = pa.table({"text": pa.array(["a", None, "a"]).dictionary_encode()})
    assert [["a"], [""], ["a"]] == rows_of_table(table, FEATURES[1:2]).texts.tolist()


def test_weights_of() -> None:
    """The weight column as float64, None without one."""
    weights = weights_of(TABLE, WEIGHTED)
    assert weights is not None
    assert [2.0, 1.0] == weights.tolist()
    assert weights_of(TABLE, Columns("y", ())) is None


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param([1.0, None], id="a missing weight"),
        pytest.param([1.0, -1.0], id="a negative weight"),
        pytest.param([0.0, 0.0], id="no row that counts"),
    ],
)
def test_weights_of_refuses(weights: list[float | None]) -> None:
    """Weights that mean nothing are refused with the column's name."""
    with pytest.raises(UserFault) as caught:
        weights_of(pa.table({"weight": weights}), WEIGHTED)
    assert "weight column weight must hold" in caught.value.message


def test_a_part_may_weigh_nothing(tmp_path: Path) -> None:
    """A part of the rows may have zeros alone, as long as another has more; all of them may not."""
    path = tmp_path / "train.parquet"
    part = pa.table({"weight": [0.0, 0.0]})
    found = weights_of_part(part, WEIGHTED)
    assert found is not None
    assert [0.0, 0.0] == found.tolist()
    pq.write_table(pa.table({"weight": [0.0, 0.0, 0.5]}), path, row_group_size=1)
    refuse_weightless(path, WEIGHTED)
    refuse_weightless(path, Columns("y", ()))
    pq.write_table(part, path)
    with pytest.raises(UserFault, match="more than 0 in some"):
        refuse_weightless(path, WEIGHTED)
