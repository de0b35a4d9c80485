"""What a run tells of its model beyond the metrics: whole runs.

Proves: operator/trainyard/api/v1alpha1/quantitative_analysis.py
"""

from __future__ import annotations

import json

import training_pod
from training_pod import Pod
from training_runs import LINEAR, run

from trainer.grades.quantitative_analysis import ANALYSIS_NAME, REPORTED, most_of
from trainyard.api.v1alpha1.quantitative_analysis import QuantitativeAnalysis


def test_a_run_tells_importance_slices_fairness_and_calibration(pod: Pod) -> None:
    """Texts, booleans and holes are columns like others; the operator reads all of it."""
    ended = run(pod, training_pod.mixed(), LINEAR)
    found = QuantitativeAnalysis.model_validate(ended.document["quantitativeAnalysis"])
    assert found.importance is not None
    names = [column.name for column in found.importance.columns]
    assert {"alcohol", "proline", "strong", "colour"} == set(names)
    assert {"alcohol", "proline"} == set(names[:2])
    assert float(found.importance.columns[0].low) > 0
    assert ["north", "south"] == sorted(line.slice for line in found.slices)
    assert {"DemographicParityDifference", "EqualizedOddsDifference"} >= {
        line.measure for line in found.fairness
    }
    assert 10 == len(found.calibration)
    beside = pod.bundle(ended.document["bundle"]) / "about" / ANALYSIS_NAME
    assert ended.document["quantitativeAnalysis"] == most_of(json.loads(beside.read_text()))


def test_a_version_holds_the_worst_of_each_column() -> None:
    """In turn, and no more than it has room for."""
    lines = [{"column": c, "slice": f"{c}{n}"} for c in "ab" for n in range(9)]
    columns = [{"name": str(number)} for number in range(30)]
    found = most_of({"slices": lines, "importance": {"totalColumns": 30, "columns": columns}})
    assert ["a0", "b0", "a1", "b1"] == [line["slice"] for line in found["slices"][:4]]
    assert REPORTED["slices"] == len(found["slices"])
    assert columns[: REPORTED["columns"]] == found["importance"]["columns"]
    assert 30 == found["importance"]["totalColumns"]
