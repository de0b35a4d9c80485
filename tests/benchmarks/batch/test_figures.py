"""What the benchmark of batch predictions says of its figures."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.batch.contenders import MLFLOW, OURS
from benchmarks.batch.figures import Point, agreement, document, table
from benchmarks.data.measuring import Cost

MET = Point("forest", 1000, {OURS: Cost(1, 2, 511), MLFLOW: Cost(9, 4, 900)}, 0.999)
MISSED = Point("boosting", 1000, {OURS: Cost(1, 2, 513), MLFLOW: Cost(9, 3.9, 900)})
FAILED = Point("boosting", 1000, {OURS: Cost(1, 2, 100), MLFLOW: Cost(9, 4, 900, "no")})


def test_bars_are_met_or_not() -> None:
    """By processors and memory; times say nothing on a busy machine."""
    bars = [line for line in table([MET, MISSED]) if line.startswith("- ")]
    twice = f"at least 2× the rows per CPU second of {MLFLOW}"
    assert [
        f"- forest, 1,000 rows: {twice}: 2.00× – **met**",
        "- forest, 1,000 rows: under 512 MiB: 511 MiB – **met**",
        f"- boosting, 1,000 rows: {twice}: 1.95× – **NOT met**",
        "- boosting, 1,000 rows: under 512 MiB: 513 MiB – **NOT met**",
    ] == bars


def test_who_failed_is_compared_with_nobody() -> None:
    """And it shows."""
    lines = [*table([FAILED])]
    assert any(f"{MLFLOW} | failed" in line for line in lines)
    assert not any("at least" in line for line in lines)
    assert ["", "no"] == [row["failed"] for row in document([FAILED])]


def test_answers_are_compared_row_by_row(tmp_path: Path) -> None:
    """Whatever else the files hold."""
    for name, labels in (("a", ["x", "y", "x", "y"]), ("b", ["x", "y", "y", "y"])):
        columns = {"prediction": labels, name: [0] * 4}
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    one, other = tmp_path / "a.parquet", tmp_path / "b.parquet"
    assert 0.75 == agreement(one, other)
    assert agreement(one, tmp_path / "none.parquet") is None
