"""What does a model card show beyond the metrics: importance, slices, fairness, calibration?

The whole lies beside the bundle; the result has as much as a ModelVersion holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from trainer.datasets.columns import Columns
from trainer.grades.calibration_curve import calibration_curve
from trainer.grades.decimal_text import decimal_text
from trainer.grades.fairness import Comparing, Measure, fairness
from trainer.grades.importance import Shuffle, importance
from trainer.grades.live_quality import Estimate
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.scoring import answered_instead
from trainer.grades.slice_table import ERROR, slice_lines, sliced_metric
from trainer.models.shuffled_answers import (
    LEAST_ROWS,
    SHUFFLES,
    drawn_rows,
    orders,
    read_shuffled,
)
from trainer.tasks.ingest_task import Role

ANALYSIS_NAME = "quantitative-analysis.json"
REPORTED: Final = {"columns": 10, "slices": 12, "fairness": 4}
"""As many as a ModelVersion holds."""
MOST_SLICE_COLUMNS = 8
_MEASURES: tuple[Measure, ...] = ("DemographicParityDifference", "EqualizedOddsDifference")
_NAMED = 60

Column = Callable[[str], Sequence[Any] | None]


def quantitative_analysis(
    answers: ModelAnswers, columns: Columns, column: Column, shuffled: tuple[Path, int]
) -> dict[str, Any]:
    """All of it, as the document beside the bundle has it; empty parts are left out.

    `shuffled`: the folder that `predict` filled, and the seed of the run.
    """
    sliced = [c.name for c in columns.members if c.role is Role.SLICE][:MOST_SLICE_COLUMNS]
    found: dict[str, Any] = {"importance": _importance(answers, *shuffled)}
    found["slices"] = [line for name in sliced for line in _slices(answers, name, column(name))]
    found["fairness"] = [line for name in sliced for line in _fairness(answers, name, column(name))]
    found["calibration"] = [
        {"predicted": _text(bin_.predicted), **_bounded(bin_.came_true), "rows": bin_.rows}
        for bin_ in calibration_curve(answers)
    ]
    return {name: part for name, part in found.items() if part}


def most_of(analysis: dict[str, Any]) -> dict[str, Any]:
    """As much of it as a ModelVersion holds: the most important columns, the worst slices of each
    column in turn.
    """
    found = dict(analysis)
    if "importance" in found:
        most = found["importance"]["columns"][: REPORTED["columns"]]
        found["importance"] = {**found["importance"], "columns": most}
    for name in ("slices", "fairness"):
        if name in found:
            found[name] = _in_turn(found[name])[: REPORTED[name]]
    return found


def _in_turn(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first line of each column, then the second ones, and so on."""
    seen: dict[str, int] = {}
    ranked = []
    for line in lines:
        seen[line["column"]] = seen.get(line["column"], 0) + 1
        ranked.append((seen[line["column"]], line))
    return [line for _, line in sorted(ranked, key=lambda pair: pair[0])]


def _importance(answers: ModelAnswers, predictions: Path, seed: int) -> dict[str, Any]:
    features = answers.signature.features
    drawn = drawn_rows(len(answers), len(features), seed)
    if len(drawn) < LEAST_ROWS:
        return {"why": f"there are fewer than {LEAST_ROWS} test rows", "columns": []}
    shuffled, why = read_shuffled(predictions, answers.signature, len(drawn))
    if not shuffled:
        return {"why": why, "columns": []} if why else {}
    of = answers.at(drawn)
    found = importance(
        of,
        [
            [
                Shuffle(answered_instead(of, again), order)
                for again, order in zip(mine, orders(len(drawn), column, seed), strict=True)
            ]
            for column, mine in enumerate(shuffled)
        ],
    )
    return {
        "loss": found.loss,
        "base": _text(found.base),
        "rows": found.rows,
        "shuffles": SHUFFLES,
        "evaluatedColumns": len(found.columns),
        "totalColumns": len(features),
        "columns": [{"name": name[:_NAMED], **_bounded(e)} for name, e in found.columns],
        **({"why": why} if why else {}),
    }


def _slices(
    answers: ModelAnswers, name: str, values: Sequence[Any] | None
) -> Iterator[dict[str, Any]]:
    for line in slice_lines(answers, values) if values is not None else ():
        named = {"column": name[:_NAMED], "slice": line.slice[:_NAMED]}
        metric = {"metric": sliced_metric(answers), **_bounded(line.estimate)}
        yield {**named, **metric, "rows": line.rows}


def _fairness(
    answers: ModelAnswers, name: str, values: Sequence[Any] | None
) -> Iterator[dict[str, Any]]:
    if values is None or not answers.is_of_one_classifier:
        return
    for measure in _MEASURES:
        compared = Comparing(error=ERROR)
        given = (answers.truth[0], answers.answers[0].labels, values)
        found = fairness(measure, *given, compared)
        if found is not None:
            between = " and ".join(part[:_NAMED] for part in found.between)
            named = {"column": name[:_NAMED], "measure": measure}
            yield {**named, **_bounded(found.estimate), "between": between}


def _bounded(found: Estimate) -> dict[str, str]:
    numbers = {"value": found.value, "low": found.low, "high": found.high}
    return {name: _text(number) for name, number in numbers.items()}


def _text(number: float) -> str:
    """To three digits: the bounds are wider, and the result has to fit into a pod's message."""
    return decimal_text(float(f"{round(number, 6):.3g}"))
