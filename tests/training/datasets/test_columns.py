"""What a training pod knows about the columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from modelbundle.canonical import digest_of
from modelbundle.signature import Feature, Kind
from trainer.datasets.columns import Columns, columns_of, read_columns, write_columns
from trainer.datasets.dataset_manifest import DatasetColumn, DatasetManifest
from trainer.pod.exits import UserFault
from trainer.tasks.ingest_task import ColumnType, Role

MEMBERS = (
    DatasetColumn("a", ColumnType.FLOAT, Role.FEATURE, "Float"),
    DatasetColumn("site", ColumnType.CATEGORY, Role.SLICE, None),
    DatasetColumn("b", ColumnType.STRING, Role.FEATURE, "Category"),
    DatasetColumn("w", ColumnType.INTEGER, Role.WEIGHT, None),
    DatasetColumn("id", ColumnType.INTEGER, Role.ID, None),
    DatasetColumn("y", ColumnType.CATEGORY, Role.TARGET, None),
)
MANIFEST = DatasetManifest(
    content_digest=digest_of(b"content"),
    schema_digest=digest_of(b"schema"),
    columns=(*MEMBERS, DatasetColumn("note", ColumnType.STRING, Role.IGNORE, None)),
    target="y",
    split={},
    files=(),
    rows=0,
    train_rows=0,
    test_rows=0,
)


def test_targets_begin_with_the_one_that_is_named() -> None:
    """Other columns with that role follow in the order of the data; none of them is a feature."""
    first = DatasetColumn("x", ColumnType.FLOAT, Role.TARGET, None)
    columns = Columns("y", (first, *MEMBERS))
    assert (("y", "x"), ("a", "b")) == (columns.targets, tuple(f.name for f in columns.features))
    assert {"x", "y"} < set(columns.graded)


def test_columns_of() -> None:
    """Ignored columns are gone; features, weight and what is graded follow from the roles."""
    columns = columns_of(MANIFEST)
    assert Columns("y", MEMBERS) == columns
    assert (Feature("a", Kind.FLOAT), Feature("b", Kind.CATEGORY)) == columns.features
    assert ("w", ("site", "w", "y")) == (columns.weight, columns.graded)


def test_columns_of_refuses_no_features() -> None:
    """A dataset without features is refused with what to do."""
    with pytest.raises(UserFault) as caught:
        columns_of(replace(MANIFEST, columns=MEMBERS[-1:]))
    assert "no column with role Feature" in caught.value.message


def test_written_and_read(tmp_path: Path) -> None:
    """What is written is what is read."""
    columns = columns_of(MANIFEST)
    write_columns(columns, tmp_path)
    assert columns == read_columns(tmp_path)
