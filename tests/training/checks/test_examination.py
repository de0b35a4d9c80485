"""One pass finds out everything."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from ingests import ingest_task

from trainer.checks.examination import Examination, Sources
from trainer.files.raw_batch import RawBatch
from trainer.files.row_numbers import RowNumbers
from trainer.rows.row_digests import row_keys
from trainer.rows.schema import declared_schema
from trainer.rows.typed_rows import TypedRows


def test_one_pass_checks_hashes_and_profiles(tmp_path: Path) -> None:
    """Of the same rows, at once."""
    columns = [{"name": "a", "type": "Float", "min": "0"}, {"name": "y", "type": "Category"}]
    checks = {"maxDuplicateRowsPercent": 0, "minRows": 9}
    task = ingest_task(tmp_path, columns=columns, checks=checks)
    typed = TypedRows(declared_schema(task.columns or (), task))
    examined = Examination(task, typed, tmp_path)
    batch = RawBatch(pa.table({"a": ["1", "-1", "1"], "y": ["no"] * 3}).to_batches()[0])
    for block in typed.blocks(iter([batch])):
        examined.add(block, row_keys(block.rows))
    examined.end()
    sources = Sources(RowNumbers(()), None)
    assert ["Range", "Duplicates", "MinRows"] == [
        str(failure.check) for failure in examined.failures(sources)
    ]
    assert () == examined.leaks(sources)
    assert b'"rows":3' in examined.profile({}, ())
    assert examined.content_digest.startswith("sha256:")
