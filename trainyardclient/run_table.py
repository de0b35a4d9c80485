"""The runs of a TrainingJob as rows: what was tried, what it reached, what the gates said."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainyardctl.recipe_text import named_recipe, parameters_in
from trainyardctl.snapshot import Raw, at, condition, name_of

Row = Mapping[str, Any]
_VERDICTS = {"True": "accepted", "False": "refused"}
_TOLD = ("name", "phase", "queuedAt", "finishedAt", "datasetDigest", "modelVersion")


@dataclass(frozen=True, slots=True)
class RunTable:
    """The runs that the status keeps, newest first.

    Columns are called as MLflow calls them: `metrics.accuracy` are numbers, `params.max_depth`
    texts.
    """

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
    measured: list[Row] = [{f"metrics.{k}": float(v) for k, v in _metrics(run)} for run in runs]
    given: list[Row] = [{f"params.{k}": v for k, v in _parameters(run)} for run in runs]
    holes: Row = dict.fromkeys(sorted({column for row in (*given, *measured) for column in row}))
    return RunTable(
        tuple(
            {**_told(run, verdicts), **holes, **parameters, **metrics}
            for run, parameters, metrics in zip(runs, given, measured, strict=True)
        )
    )


def _told(run: Raw, verdicts: Mapping[str, str]) -> Row:
    told = {field: str(run.get(field) or "") for field in _TOLD}
    return {
        **told,
        "recipe": named_recipe(str(run.get("recipe") or "")).head,
        "cause": str(at(run, "cause.kind") or ""),
        "why": str(run.get("message") or ""),
        "verdict": verdicts.get(told["modelVersion"], ""),
    }


def _metrics(run: Raw) -> Iterable[tuple[str, str]]:
    found: Mapping[str, str] = run.get("metrics") or {}
    return found.items()


def _parameters(run: Raw) -> Iterable[tuple[str, str]]:
    """Return the recipe's, and those that a search found best."""
    best = parameters_in(str(at(run, "search.best.parameters") or ""))
    return {**named_recipe(str(run.get("recipe") or "")).parameters, **best}.items()


def _verdict(version: Raw) -> str:
    status = str((condition(version, "Accepted") or {}).get("status"))
    return _VERDICTS.get(status, "not judged")
