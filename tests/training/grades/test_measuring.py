"""What is measured for gates beyond the metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.grades.grading import Answers
from trainer.grades.measuring import Measurable, measured, measured_beside
from trainer.grades.model_answers import ModelAnswers
from trainer.tasks.measures import (
    BehaviourMeasure,
    FairnessMeasure,
    LatencyMeasure,
    Measure,
    PairedMeasure,
    SizeMeasure,
    SliceMeasure,
)

FEATURES = (Feature("a", Kind.FLOAT),)
CLASSES = Signature(Task.CLASSIFICATION, (False, True), FEATURES, False)
ANSWERS = [True] * 60 + [True] * 10 + [False] * 50 + [False] * 5
SITES = ["left"] * 60 + ["right"] * 60 + ["rare"] * 5


def model(labels: list[bool]) -> ModelAnswers:
    """What is true is always True."""
    return ModelAnswers(CLASSES, None, ([True] * 125,), (Answers(CLASSES.classes, labels),))


def of(champion: ModelAnswers | None = None) -> Measurable:
    """A version and all that measures look at."""
    columns = {"site": SITES}
    seen = {"Behaviour:sane": {"value": "0", "rows": 3, "note": ""}}
    return Measurable(model(ANSWERS), champion, columns.get, {"Latency:1:99": 1.25}, 2048, seen)


def _slice(column: str = "site", least: int = 50) -> SliceMeasure:
    return SliceMeasure(
        kind="Slice", key="k", metric="recall", column=column, side="Lowest", min_rows=least
    )


def _fairness(column: str = "site", least: int = 50) -> FairnessMeasure:
    return FairnessMeasure(
        kind="Fairness",
        key="k",
        metric="DemographicParityDifference",
        column=column,
        min_rows=least,
        confidence_percent=95,
    )


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        pytest.param(
            _slice(),
            {
                "value": "0.166667",
                "rows": 60,
                "of": "right",
                "note": "lowest of 2; 1 of fewer than 50 rows left out",
            },
            id="the worst slice",
        ),
        pytest.param(
            _slice("age"),
            {"why": "the dataset has no feature and no column with role Slice called age"},
            id="no such column",
        ),
        pytest.param(
            _slice(least=61), {"why": "none of its 3 values has 61 test rows"}, id="few rows"
        ),
        pytest.param(
            _fairness(least=61), {"why": "no two values of it have 61 test rows each"}, id="fair?"
        ),
        pytest.param(
            LatencyMeasure(kind="Latency", key="Latency:1:99", rows=1, percentile=99),
            {"value": "1.25"},
            id="what was timed",
        ),
        pytest.param(
            LatencyMeasure(kind="Latency", key="Latency:8:99", rows=8, percentile=99),
            {"why": "its calls were not timed"},
            id="what was not timed",
        ),
        pytest.param(SizeMeasure(kind="Size", key="Size"), {"value": "2048"}, id="bytes"),
        pytest.param(
            BehaviourMeasure(kind="Behaviour", key="Behaviour:sane", config_map="sane"),
            {"value": "0", "rows": 3, "note": ""},
            id="what predict saw of behaviours",
        ),
        pytest.param(
            BehaviourMeasure(kind="Behaviour", key="Behaviour:other", config_map="other"),
            {"why": "no behaviour was looked at"},
            id="what it did not see",
        ),
    ],
)
def test_of_the_version(measure: Measure, expected: dict[str, Any]) -> None:
    """By the key of the request; what has no number says why."""
    assert {measure.key: expected} == measured([measure], of())


def test_fairness_has_bounds() -> None:
    """And names the two slices."""
    found = measured([_fairness()], of())["k"]
    assert ("0.833333", "left and right", "2 slices") == (
        found["value"],
        found["of"],
        found["note"],
    )
    assert float(found["low"]) < 0.833333 < float(found["high"])


def test_of_regressors_and_several_targets_fairness_says_nothing() -> None:
    """Its measures are of one answer that is a class."""
    numbers = (np.zeros(125), np.zeros(125))
    signature = Signature(Task.REGRESSION, (), FEATURES, False)
    columns = {"site": SITES}
    found = Measurable(ModelAnswers(signature, None, numbers=numbers), None, columns.get, {}, 1)
    expected = {"why": "it is measured of classifiers of one target only"}
    assert expected == measured([_fairness()], found)["k"]


def test_beside_the_champion() -> None:
    """The difference, with both bounds and the rows; only what compares the two."""
    paired = PairedMeasure(kind="Paired", key="p", metric="accuracy", confidence_percent=95)
    found = measured_beside([_slice(), paired], of(model([True] * 125)))
    assert ["p"] == list(found)
    assert ("-0.44", 125) == (found["p"]["value"], found["p"]["rows"])
    assert float(found["p"]["high"]) < 0
    assert {} == measured([paired], of())


def test_a_metric_that_neither_has() -> None:
    """It says so."""
    paired = PairedMeasure(kind="Paired", key="p", metric="rmse", confidence_percent=95)
    expected = {"why": "rmse is not defined for both models on these rows"}
    assert {"p": expected} == measured_beside([paired], of(model([True] * 125)))
