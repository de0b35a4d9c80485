"""What an ingest document must not say about columns and splits."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from trainer.tasks.ingest_task import Checks, IngestTask, Leakage

_Y = {"name": "y", "type": "Category"}
_TASK: dict[str, Any] = {
    "version": 1,
    "dataset": "tumours",
    "source": {"kind": "store", "path": "raw/"},
    "target": "y",
    "now": "2026-11-21T08:00:00Z",
}


def _columns(*columns: dict[str, Any]) -> dict[str, Any]:
    return {"columns": [*columns, _Y]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"now": "2026-11-21T08:00:00"}, "time zone", id="a time without a zone"),
        pytest.param(_columns(_Y), "declared twice: y", id="a column twice"),
        pytest.param(
            {"columns": [{"name": "a", "type": "Float"}]},
            "target y is not among",
            id="an undeclared target",
        ),
        pytest.param(
            _columns({"name": "a", "type": "Timestamp", "role": "Target"}),
            "target a: type Timestamp cannot be predicted",
            id="a second target of times",
        ),
        pytest.param(
            _columns({"name": "a", "type": "Category", "min": "1"}),
            "column a: min and max need type Float or Integer",
            id="a range of texts",
        ),
        pytest.param(
            _columns({"name": "a", "type": "Float", "min": "2", "max": "1"}),
            "column a: min 2 is above max 1",
            id="an empty range",
        ),
        pytest.param(
            _columns({"name": "a", "type": "Float", "allowed": ["1"]}),
            "column a: allowed needs type Category or String",
            id="allowed numbers",
        ),
        pytest.param(
            _columns({"name": "a", "type": "Category", "role": "Weight"}),
            "column a: role Weight needs",
            id="a weight that is text",
        ),
        pytest.param(
            _columns({"name": "a", "type": "Timestamp"}, {"name": "a.day", "type": "Integer"}),
            "a.day are parts of a Timestamp that is a feature",
            id="a name that a part of a time has",
        ),
        pytest.param(
            {"split": {"by": "Group"}}, "column is needed by Group", id="a group without column"
        ),
        pytest.param(
            {"split": {"by": "RowHash", "gapSeconds": 5}}, "gapSeconds is for Time", id="a gap"
        ),
        pytest.param(
            _columns() | {"split": {"by": "Group", "column": "p"}},
            "split column p is not among",
            id="an undeclared group",
        ),
        pytest.param(
            _columns({"name": "t", "type": "Float"}) | {"split": {"by": "Time", "column": "t"}},
            "by Time needs role Time",
            id="a split by a time that is none",
        ),
    ],
)
def test_contradictions_are_refused_by_name(changes: dict[str, Any], words: str) -> None:
    """The message names the column and what would be right."""
    with pytest.raises(ValidationError, match=words):
        IngestTask.model_validate(_TASK | changes)


def test_leaks_are_refused_unless_said_otherwise() -> None:
    """The safe choice is the default; no other check bounds anything by itself."""
    assert (Leakage.REFUSE, Leakage.WARN) == (Checks().target_leakage, Checks().split_leakage)
    assert {None} == {Checks().min_rows, Checks().max_rows, Checks().max_age_seconds}
