"""What rows of a person reached, from the data to what serves.

Proves: trainyardctl/stored_rows.py, trainyardctl/store_libraries.py, trainyardctl/affected_by.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from training_pod import Table, store_dataset

from trainyardctl.affected import affected_lines
from trainyardctl.answer import NoAnswer
from trainyardctl.snapshot import Snapshot
from trainyardctl.stored_rows import held_rows


def stored(store: Path, people: list[int], column: str = "patient") -> str:
    """Return the digest of a version with a row for each."""
    frame = pd.DataFrame({column: people, "x": [float(p) for p in people], "y": people})
    kinds = {column: "Integer", "x": "Float", "y": "Integer"}
    return store_dataset(store, Table(frame, "y", kinds, {column: "Id"}))


def version(name: str, data: str) -> dict[str, Any]:
    """Return a model that learned from it."""
    spec = {"bundleDigest": f"sha256:{name * 64}", "datasetDigest": data}
    return {"metadata": {"name": f"m-{name}"}, "spec": spec}


def test_each_version_that_holds_rows_is_told_with_what_learned_from_it(tmp_path: Path) -> None:
    """Of whichever part of the split; what lacks the column is told, what has no row is not."""
    both = stored(tmp_path, [1, 2, 4711, 3, 4711, 4, 5, 4711])
    without = stored(tmp_path, [1, 2, 3, 4, 5, 6, 7, 8])
    other = stored(tmp_path, [4711, 2, 3, 4], "person")
    models = [version("a", both), version("b", both), version("c", without)]
    serving = {
        "metadata": {"name": "wine"},
        "status": {"stable": {"bundleDigest": f"sha256:{'b' * 64}"}},
    }
    data = {"metadata": {"name": "cellar"}, "status": {"current": {"digest": both}}}
    here = Snapshot(
        "models", {"ModelVersion": models, "ModelDeployment": [serving], "Dataset": [data]}
    )
    found = held_rows(f"file://{tmp_path}", "patient", ["4711", "99"])
    assert {
        f"data {both}: 3 rows, now current in dset/cellar",
        "  mv/m-a",
        "  mv/m-b: stable in mdep/wine",
        f"data {other}: no such column, so nobody can tell",
        "  no ModelVersion of this namespace learned from it",
    } == set(affected_lines(found, here))


def test_a_version_that_is_not_whole_is_told(tmp_path: Path) -> None:
    """It may hold the row."""
    digest = stored(tmp_path, [1, 2, 3, 4])
    (tmp_path / "datasets" / "sha256" / digest.removeprefix("sha256:") / "manifest.json").unlink()
    with pytest.raises(NoAnswer, match=digest.removeprefix("sha256:")[:12]):
        list(held_rows(f"file://{tmp_path}", "patient", ["1"]))
