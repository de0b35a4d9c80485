"""Columns in the names of folders."""

from __future__ import annotations

import pyarrow as pa
import pytest

from trainer.files.partitions import partitions_of, with_partitions
from trainer.files.raw_batch import RawBatch
from trainer.pod.exits import UserFault


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "sales/region=north/day=2026-01-01/p.parquet", ["north", "2026-01-01"], id="two"
        ),
        pytest.param("region=a%2Fb/p.parquet", ["a/b"], id="escaped"),
        pytest.param("region=__HIVE_DEFAULT_PARTITION__/p.parquet", [None], id="missing"),
        pytest.param("region=/p.parquet", [None], id="empty"),
        pytest.param("sales/p=1.parquet", [], id="a file is no folder"),
        pytest.param("sales/p.parquet", [], id="plain folders"),
        pytest.param("k=a/k=a/p.parquet", ["a"], id="the same twice"),
    ],
)
def test_folders_tell_columns(name: str, expected: list[str | None]) -> None:
    """As Hive, Spark and others write them."""
    assert expected == list(partitions_of(name).values())


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("k=a/k=b/p.parquet", id="two values"),
        pytest.param("k=a/deep/k=/p.parquet", id="one without a value"),
        pytest.param("\u00e9=a/e\u0301=b/p.parquet", id="one name in two spellings"),
    ],
)
def test_folders_that_contradict_each_other_are_refused(name: str) -> None:
    """Nobody knows which of them is right."""
    with pytest.raises(UserFault, match="two of its folders name column"):
        partitions_of(name)


def test_the_file_itself_wins() -> None:
    """A column that it holds is not replaced."""
    batch = RawBatch(pa.record_batch({"a": [1, 2], "region": ["x", "y"]}), keys_vary=True)
    found = with_partitions(batch, {"region": "north", "day": None})
    assert {"a": [1, 2], "region": ["x", "y"], "day": [None, None]} == found.rows.to_pydict()
    assert found.keys_vary
