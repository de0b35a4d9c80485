"""Who reads the data."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.data.contenders import ours
from benchmarks.data.measuring import cost_of
from benchmarks.data.tables import write_tables


def test_ours_is_a_whole_refresh(tmp_path: Path) -> None:
    """As the Job runs it, up to a version in the store."""
    csv, _ = write_tables(tmp_path, 500)
    run = ours(csv, tmp_path)
    cost = cost_of(run.command, run.environment, 1, tmp_path / "output")
    assert ("", "Accepted") == (cost.failed, json.loads((tmp_path / "log").read_text())["outcome"])
