"""Runs side by side: what was tried, what it reached, and what differs."""

from __future__ import annotations

from typing import Any

from a_namespace import deployment, job, namespace

from trainyardctl.snapshot import Snapshot
from trainyardpage.loop import related
from trainyardpage.runs import MOST_ROWS, MOST_RUNS, Runs, runs_of

FOREST = "sklearn.ensemble.RandomForestClassifier"


def side_by_side(*runs: dict[str, Any]) -> Runs:
    """Return the runs of the recipe behind the deployment."""
    here = namespace(deployment())
    here = Snapshot("models", {**here.objects, "TrainingJob": (job(runs=list(runs)),)})
    return runs_of(related(here, here.of("ModelDeployment")[0]))


NEW = {
    "name": "wine-2",
    "phase": "Succeeded",
    "cause": {"kind": "NewData"},
    "datasetDigest": f"sha256:{'b' * 64}",
    "recipe": f'{FOREST} {{"max_depth": 5, "n_estimators": 300}}',
    "search": {"best": {"parameters": '{"max_depth": 7}'}},
    "modelVersion": "wine-b",
    "metrics": {"accuracy": "0.97"},
}
OLD = {
    "name": "wine-1",
    "phase": "Failed",
    "reason": "OutOfMemory",
    "recipe": f'{FOREST} {{"n_estimators": 300}}',
    "metrics": {"accuracy": "0.95", "f1": "0.9"},
}


def test_each_property_is_a_row_and_each_run_a_column() -> None:
    """What the run before has otherwise is marked; the oldest has none before it."""
    found = side_by_side(NEW, OLD)
    assert ["wine-2", "wine-1"] == list(found.names)
    facts = {row.word: row.cells for row in found.facts}
    assert (("Succeeded", True), ("Failed OutOfMemory", False)) == facts["ended as"]
    assert ((FOREST, False), (FOREST, False)) == facts["recipe"]
    assert (("b" * 12, True), ("", False)) == facts["data"]
    metrics = {row.word: row.cells for row in found.metrics}
    assert (("0.97", True), ("0.95", False)) == metrics["accuracy"]
    assert (("", True), ("0.9", False)) == metrics["f1"]


def test_parameters_are_the_recipes_and_those_that_a_search_found() -> None:
    """Which are those that the model has."""
    found = {row.word: row.cells for row in side_by_side(NEW, OLD).parameters}
    assert (("7", True), ("", False)) == found["max_depth"]
    assert (("300", False), ("300", False)) == found["n_estimators"]


def test_however_much_there_is_the_table_fits() -> None:
    """Older runs are counted."""
    metrics = {f"m{number:02}": "1" for number in range(MOST_ROWS + 5)}
    found = side_by_side(*({**NEW, "metrics": metrics} for _ in range(MOST_RUNS + 2)))
    assert (MOST_RUNS, 2, MOST_ROWS) == (len(found.names), found.hidden, len(found.metrics))


def test_without_a_recipe_there_are_none() -> None:
    """A pinned version of elsewhere."""
    found = side_by_side()
    assert ((), ()) == (tuple(found.names), tuple(found.metrics))
