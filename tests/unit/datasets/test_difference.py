"""What differs from the version before, as the status tells it."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import Raw, digest, ingest_result, refusal
from dataset_stories import DATASET, refresh_job, with_first_version
from training_world import TrainingWorld

from trainyard.datasets.difference import describe_difference, read_difference

DRIFT = {"column": "age", "effect": "0.31", "moved": "below 18: 2 % → 31 %"}


def _difference(**fields: Any) -> Raw:
    return {
        "previous": digest("d"),
        "previousRows": 100,
        "rowsAdded": 0,
        "rowsRemoved": 0,
        "rowsChanged": None,
        "columnsAdded": [],
        "columnsRemoved": [],
        "columnsRetyped": [],
        "driftedColumns": 0,
        "drifts": [],
        **fields,
    }


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "the same rows"),
        ({"rowsAdded": 12, "rowsRemoved": 3}, "rows 12 added, 3 removed"),
        ({"rowsChanged": 5}, "rows 5 changed"),
        (
            {"rowsAdded": None, "columnsAdded": ["m"], "columnsRemoved": ["n", "o"]},
            "columns new: m, columns gone: n, o",
        ),
        ({"columnsRetyped": ["n"]}, "columns of another type: n"),
        (
            {"driftedColumns": 7, "drifts": [DRIFT]},
            "drifted: 7 (age 0.31 (below 18: 2 % → 31 %))",
        ),
    ],
)
def test_a_difference_is_told_in_one_line(fields: Raw, said: str) -> None:
    """Of nothing that did not change."""
    found = read_difference({"difference": _difference(**fields)})
    assert f"against dddddddddddd: {said}" == describe_difference(found)


def test_no_difference_is_told_where_there_is_none() -> None:
    """A first version has none before it."""
    assert read_difference({}) is None
    assert "" == describe_difference(None)


def _second(result: Raw) -> TrainingWorld:
    world = with_first_version()
    world.ask(*DATASET, "refresh@now")
    world.settle()
    assert digest("d") == world.status(*DATASET)["refresh"]["previous"]
    world.finish(refresh_job(world), result)
    world.settle()
    return world


def test_a_new_version_says_what_differs() -> None:
    """In the record of the refresh with all numbers, in the version and the history in words."""
    found = _difference(rowsAdded=20, driftedColumns=1, drifts=[DRIFT])
    status = _second({**ingest_result("e", 120), "difference": found}).status(*DATASET)
    assert (20, 1, DRIFT) == (
        status["lastRefresh"]["difference"]["rowsAdded"],
        status["lastRefresh"]["difference"]["driftedColumns"],
        status["lastRefresh"]["difference"]["drifts"][0],
    )
    said = "against dddddddddddd: rows 20 added, drifted: 1 (age 0.31 (below 18: 2 % → 31 %))"
    assert said == status["current"]["difference"]
    assert status["history"][-1]["message"].endswith(said)


def test_a_refused_refresh_says_what_differs() -> None:
    """The version before stays current and keeps its own words."""
    found = _difference(rowsRemoved=40)
    status = _second({**refusal("RowsLost"), "difference": found}).status(*DATASET)
    assert 40 == status["lastRefresh"]["difference"]["rowsRemoved"]
    assert "" == status["current"]["difference"]


def test_a_difference_that_cannot_be_read_is_tried_again() -> None:
    """As every other result of another shape."""
    status = _second({**ingest_result("e"), "difference": {"previous": 7}}).status(*DATASET)
    assert "ResultUnreadable" == status["refresh"]["reason"]
