"""Memory of an ingest does not grow with its source."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from ingests import NOW

_COLUMNS = [
    {"name": "id", "type": "Integer", "role": "Id"},
    *({"name": name, "type": "Float"} for name in "abcdef"),
    {"name": "y", "type": "Category"},
]


def _write(path: Path, blocks: int) -> int:
    """A CSV of about 3 MB per block; returns its size."""
    random = np.random.default_rng(7)
    numbers = random.normal(size=(40_000, 6)).round(8).astype(str)
    rest = [",".join(row) for row in numbers.tolist()]
    labels = np.where(random.random(40_000) < 0.3, "yes", "no").tolist()
    with path.open("w") as target:
        target.write("id,a,b,c,d,e,f,y\n")
        for block in range(blocks):
            start = block * 40_000
            target.writelines(
                f"{start + n},{cells},{label}\n"
                for n, (cells, label) in enumerate(zip(rest, labels, strict=True))
            )
    return path.stat().st_size


def _peak(folder: Path, columns: list[dict[str, str]] | None) -> int:
    """Highest resident memory in bytes of an ingest of everything in the folder's source."""
    task = {
        "version": 1,
        "dataset": "big",
        "source": {"kind": "files", "root": str(folder / "source"), "path": "*.csv"},
        "target": "y",
        "columns": columns,
        "checks": {"maxDuplicateRowsPercent": 0},
        "now": NOW,
    }
    pod = {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(folder),
        "TRAINYARD_TASK": json.dumps(task),
        "TRAINYARD_STORE_URL": f"file://{folder}/store",
        "TRAINYARD_TERMINATION_LOG": str(folder / "log"),
    }
    child = os.posix_spawn(sys.executable, [sys.executable, "-m", "trainer", "ingest"], pod)
    _, status, usage = os.wait4(child, 0)
    assert 0 == os.waitstatus_to_exitcode(status)
    assert "Accepted" == json.loads((folder / "log").read_text())["outcome"]
    return usage.ru_maxrss * 1024


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(_COLUMNS, id="declared columns stream straight through"),
        pytest.param(None, id="inferred columns wait on disk, not in memory"),
    ],
)
def test_a_source_five_times_as_large_needs_no_more_memory(
    tmp_path: Path, columns: list[dict[str, str]] | None
) -> None:
    """What a larger source adds to the peak is below a fifth of what it adds in bytes."""
    (tmp_path / "source").mkdir()
    source = tmp_path / "source" / "t.csv"
    small = _write(source, 5)
    base = _peak(tmp_path, columns)
    bound = base + (_write(source, 25) - small) // 5
    # Threads that read ahead add some megabytes by chance; growth with the source would do so
    # every time.
    peaks = [_peak(tmp_path, columns)]
    while peaks[-1] > bound and len(peaks) < 3:
        peaks.append(_peak(tmp_path, columns))
    assert min(peaks) <= bound, (base, bound, peaks)
