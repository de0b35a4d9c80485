"""What is measured for the gates beyond the metrics?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trainer.grades.decimal_text import decimal_text
from trainer.grades.fairness import Comparing, fairness
from trainer.grades.live_quality import Estimate
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.paired import MOST_ROWS, paired_difference
from trainer.grades.slices import SliceFinding, worst_slice
from trainer.tasks.measures import (
    BehaviourMeasure,
    FairnessMeasure,
    Measure,
    PairedMeasure,
    SizeMeasure,
    SliceMeasure,
)

_NAMED = 60
"""Characters of a slice's name; the result has to fit into a pod's message."""


@dataclass(frozen=True, slots=True, eq=False)
class Measurable:
    """All that measures look at."""

    candidate: ModelAnswers
    champion: ModelAnswers | None
    column: Callable[[str], Sequence[Any] | None]
    """A column of the test rows by name; None where there is no such column."""
    milliseconds: Mapping[str, float]
    """What `predict` timed, by key."""
    bundle_bytes: int
    behaviours: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """What `predict` found, by key."""


def measured(measures: Sequence[Measure], of: Measurable) -> dict[str, Any]:
    """What was measured of the candidate, by key; what has no number says why."""
    alone = (measure for measure in measures if not isinstance(measure, PairedMeasure))
    return {measure.key: _of_candidate(measure, of) for measure in alone}


def measured_beside(measures: Sequence[Measure], of: Measurable) -> dict[str, Any]:
    """What was measured of the candidate beside the champion, by key."""
    paired = [measure for measure in measures if isinstance(measure, PairedMeasure)]
    return {measure.key: _paired(measure, of) for measure in paired}


def measured_without_rows(measures: Sequence[Measure], bundle_bytes: int) -> dict[str, Any]:
    """What is known of a model without any rows, by key: its size; what else is asked says why."""
    size = {"value": str(bundle_bytes)}
    absent = {"why": "the model was imported without a dataset, so there are no rows to ask about"}
    return {m.key: size if isinstance(m, SizeMeasure) else absent for m in measures}


def _of_candidate(measure: Measure, of: Measurable) -> dict[str, Any]:
    match measure:
        case SliceMeasure():
            return _slice(measure, of)
        case FairnessMeasure():
            return _fairness(measure, of)
        case SizeMeasure():
            return {"value": str(of.bundle_bytes)}
        case _:
            return _shown_by_the_model(measure, of)


def _shown_by_the_model(measure: Measure, of: Measurable) -> dict[str, Any]:
    if isinstance(measure, BehaviourMeasure):
        return of.behaviours.get(measure.key, {"why": "no behaviour was looked at"})
    spent = of.milliseconds.get(measure.key)
    return {"why": "its calls were not timed"} if spent is None else {"value": decimal_text(spent)}


def _slice(measure: SliceMeasure, of: Measurable) -> dict[str, Any]:
    values = of.column(measure.column)
    if values is None:
        return _no_column(measure.column)
    found = worst_slice(measure.metric, of.candidate, values, measure.side, measure.min_rows)
    if not isinstance(found, SliceFinding):
        return {"why": found}
    note = f"{measure.side.lower()} of {found.slices}"
    if found.small:
        note += f"; {found.small} of fewer than {measure.min_rows} rows left out"
    if found.undefined:
        note += f"; not defined in {found.undefined}"
    return {
        "value": decimal_text(found.value),
        "rows": found.rows,
        "of": found.slice[:_NAMED],
        "note": note,
    }


def _fairness(measure: FairnessMeasure, of: Measurable) -> dict[str, Any]:
    values = of.column(measure.column)
    if values is None:
        return _no_column(measure.column)
    if not of.candidate.is_of_one_classifier:
        return {"why": "it is measured of classifiers of one target only"}
    found = fairness(
        measure.metric,
        of.candidate.truth[0],
        of.candidate.answers[0].labels,
        values,
        Comparing(measure.min_rows, (1 - measure.confidence_percent / 100) / 2),
    )
    if found is None:
        return {"why": f"no two values of it have {measure.min_rows} test rows each"}
    return {
        **_bounded(found.estimate),
        "of": " and ".join(name[:_NAMED] for name in found.between),
        "note": f"{found.slices} slices",
    }


def _paired(measure: PairedMeasure, of: Measurable) -> dict[str, Any]:
    champion = of.champion
    found = (
        paired_difference(measure.metric, of.candidate, champion, measure.confidence_percent)
        if champion is not None
        else None
    )
    if found is None:
        return {"why": f"{measure.metric} is not defined for both models on these rows"}
    return {**_bounded(found), "rows": min(len(of.candidate), MOST_ROWS)}


def _bounded(found: Estimate) -> dict[str, Any]:
    numbers = {"value": found.value, "low": found.low, "high": found.high}
    return {name: decimal_text(number) for name, number in numbers.items()}


def _no_column(name: str) -> dict[str, Any]:
    return {"why": f"the dataset has no feature and no column with role Slice called {name}"}
