"""The runs of a TrainingJob as rows: what was tried, what it reached, what the gates said."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainyardctl.snapshot import Raw, at, condition, name_of

Row = Mapping[str, Any]
_VERDICTS = {"True": "accepted", "False": "refused"}
_TOLD = ("name", "phase", "queuedAt", "finishedAt", "recipe", "datasetDigest", "modelVersion")


@dataclass(frozen=True, slots=True)
class RunTable:
    """The runs that the status keeps, newest first; each metric is a column of numbers."""

    rows: Sequence[Row]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def frame(self) -> Any:
        """Return a pandas data frame; raises ImportError where pandas is not installed."""
        try:
            pandas = importlib.import_module("pandas")
        except ImportError as fault:
            raise ImportError("a data frame needs pandas: pip install pandas") from fault
        return pandas.DataFrame(list(self.rows))


def run_table(job: Raw, versions: Iterable[Raw]) -> RunTable:
    """Return the runs of a TrainingJob, beside the verdicts on their versions."""
    verdicts = {name_of(raw): _verdict(raw) for raw in versions}
    runs = at(job, "status.runs") or ()
    metrics = sorted({metric for run in runs for metric in run.get("metrics") or ()})
    return RunTable(tuple(_row(run, metrics, verdicts) for run in runs))


def _row(run: Raw, metrics: Sequence[str], verdicts: Mapping[str, str]) -> Row:
    told = {field: str(run.get(field) or "") for field in _TOLD}
    reached = run.get("metrics") or {}
    return {
        **told,
        "cause": str(at(run, "cause.kind") or ""),
        "why": str(run.get("message") or ""),
        "verdict": verdicts.get(told["modelVersion"], ""),
        **{metric: float(reached[metric]) if metric in reached else None for metric in metrics},
    }


def _verdict(version: Raw) -> str:
    status = str((condition(version, "Accepted") or {}).get("status"))
    return _VERDICTS.get(status, "not judged")
