"""Who reads the data, and by which command?"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data.tables import COLUMNS
from benchmarks.serving.locked_environments import locked, python_of_locked

OURS = "Trainyard"
PANDERA = "pandas + pandera"
GREAT_EXPECTATIONS = "pandas + Great Expectations"
_PEERS = Path(__file__).parent / "peers"
_NOW = "2026-11-28T12:00:00Z"


@dataclass(frozen=True, slots=True)
class Run:
    """One command and its environment."""

    command: Sequence[str]
    environment: Mapping[str, str]


def ours(source: Path, folder: Path) -> Run:
    """An ingest as the Job runs it: types, bounds, duplicates, leakage, profile, split, parts."""
    task = {
        "version": 1,
        "dataset": "benchmark",
        "source": {"kind": "files", "root": str(source.parent), "path": source.name},
        "target": "y",
        "columns": COLUMNS,
        "checks": {"maxDuplicateRowsPercent": 10},
        "now": _NOW,
    }
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "TMPDIR": str(folder),
        "TRAINYARD_TASK": json.dumps(task),
        "TRAINYARD_STORE_URL": f"file://{folder}/store",
        "TRAINYARD_TERMINATION_LOG": str(folder / "log"),
    }
    return Run((sys.executable, "-m", "trainer", "ingest"), environment)


def pandera(source: Path, folder: Path) -> Run:
    """The same checks, profile and split, as people write them with pandas and pandera."""
    return _with_pandas("pandera", "pandera_ingest.py", source, folder)


def great_expectations(source: Path, folder: Path) -> Run:
    """The same with the expectations of Great Expectations in place of pandera's checks."""
    return _with_pandas("great-expectations", "great_expectations_ingest.py", source, folder)


def _with_pandas(peer: str, script: str, source: Path, folder: Path) -> Run:
    python = str(python_of_locked(locked(peer)))
    columns = json.dumps(COLUMNS)
    environment = {"PATH": os.environ["PATH"], "GX_ANALYTICS_ENABLED": "false"}
    return Run((python, str(_PEERS / script), str(source), str(folder), columns), environment)


Contenders = Mapping[str, Callable[[Path, Path], Run]]
CONTENDERS: Contenders = {OURS: ours, PANDERA: pandera, GREAT_EXPECTATIONS: great_expectations}
