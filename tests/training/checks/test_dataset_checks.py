"""Bounds on the data as a whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ingests import NOW, Rig, csv_of, failures_of, plain_rows

from trainer.checks.dataset_checks import duplicate_failures, empty_failure, leak_failures
from trainer.checks.duplicates import Duplicates
from trainer.checks.leakage import Leak
from trainer.files.row_numbers import RowNumbers
from trainer.tasks.ingest_task import Checks

_NOW = datetime.fromisoformat(NOW)
_NUMBERS = RowNumbers(())


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A source of 1,500 rows, 30 of them twice there, all of them two days old."""
    rig = Rig(tmp_path)
    rows = [row | {"at": "2026-11-19T08:00:00Z"} for row in plain_rows(1500)]
    rig.put("t.csv", csv_of([*rows, *rows[:30]]))
    return rig


def _checked(rig: Rig, **checks: Any) -> list[dict[str, Any]]:
    result = rig.ingest(checks={"targetLeakage": "Ignore"} | checks)
    found: list[dict[str, Any]] = result.get("failures", [])
    return found


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        pytest.param({"minRows": 1530, "maxRows": 1530}, [], id="the bounds themselves are good"),
        pytest.param({"minRows": 1531}, ["MinRows"], id="one row too few"),
        pytest.param({"maxRows": 1529}, ["MaxRows"], id="one row too many"),
        pytest.param({"maxDuplicateRowsPercent": 2}, [], id="repeated rows below the bound"),
        pytest.param({"maxDuplicateRowsPercent": "1.9"}, ["Duplicates"], id="and above it"),
        pytest.param({"maxAgeSeconds": 172800}, [], id="as old as allowed"),
        pytest.param({"maxAgeSeconds": 172799}, ["Age"], id="a second older"),
    ],
)
def test_bounds_are_exact(rig: Rig, checks: dict[str, Any], expected: list[str]) -> None:
    """What reaches a bound is good, what passes it is not."""
    assert expected == [failure["check"] for failure in _checked(rig, **checks)]


def test_repeated_rows_are_shown_beside_the_row_they_repeat(rig: Rig) -> None:
    """The first three of them."""
    (failure,) = _checked(rig, maxDuplicateRowsPercent=0)
    assert (30, 1530) == (failure["count"], failure["rows"])
    assert [f"row {1501 + n}: same as row {1 + n}" for n in range(3)] == failure["examples"]


def test_the_age_is_that_of_the_time_column(rig: Rig) -> None:
    """Named in message and column."""
    (failure,) = _checked(rig, maxAgeSeconds=60)
    assert ("at", ["newest: 2026-11-19T08:00:00Z"]) == (failure["column"], failure["examples"])
    assert "172800 s old, allowed are 60 s" in failure["message"]


def test_without_a_time_column_the_source_tells_the_age(rig: Rig) -> None:
    """Or nothing does, and that is said instead of guessed."""
    rows = csv_of(plain_rows(60))
    rig.put("t.csv", rows)
    age = datetime.now(UTC) - _NOW + timedelta(hours=1)
    fresh = _checked(rig, maxAgeSeconds=max(0, int(age.total_seconds())) + 3600)
    (rig.source / "..data").mkdir()
    unknown = _checked(rig, maxAgeSeconds=60)
    assert [] == fresh
    assert ["nothing tells how old the data is"] == [
        f["message"].partition(":")[0] for f in unknown
    ]


@pytest.mark.parametrize(
    ("cells", "percent", "expected"),
    [
        pytest.param(2, "5", [], id="at the bound"),
        pytest.param(3, "5", [("Missing", "a", 3)], id="above the bound"),
        pytest.param(20, None, [], id="without a bound"),
    ],
)
def test_missing_cells_are_bounded_by_share(
    rig: Rig, cells: int, percent: str | None, expected: list[Any]
) -> None:
    """Of all rows."""
    rows = plain_rows(40)
    for row in rows[:cells]:
        row["a"] = None
    rig.put("t.csv", csv_of(rows))
    columns = [
        {"name": "a", "type": "Float", "maxMissingPercent": percent},
        {"name": "y", "type": "Category"},
    ]
    result = rig.ingest(columns=columns)
    assert expected == failures_of({"failures": result.get("failures", [])})


def test_targets_times_of_a_split_and_weights_must_be_there(rig: Rig) -> None:
    """Whatever was declared."""
    rows = [row | {"at": "2026-11-19T08:00:00Z", "w": 1} for row in plain_rows(40)]
    rows[1] |= {"y": None, "at": None, "w": None}
    rig.put("t.csv", csv_of(rows))
    columns = [
        {"name": "at", "type": "Timestamp", "role": "Time"},
        {"name": "w", "type": "Float", "role": "Weight"},
        {"name": "y", "type": "Category"},
    ]
    result = rig.ingest(columns=columns, split={"by": "Time", "column": "at"})
    expected = [("Missing", "at", 1), ("Missing", "w", 1), ("Missing", "y", 1)]
    assert expected == failures_of(result)
    assert ["row 2: missing"] == result["failures"][0]["examples"]


def test_no_target_may_be_missing(rig: Rig) -> None:
    """Neither the target nor one that is predicted beside it."""
    rows: list[dict[str, Any]] = [{"a": n, "y": n * n % 7, "z": n * n % 5} for n in range(40)]
    rows[1] |= {"y": None}
    rows[2] |= {"z": None}
    rig.put("t.csv", csv_of(rows))
    columns = [
        {"name": "a", "type": "Float"},
        {"name": "y", "type": "Float"},
        {"name": "z", "type": "Float", "role": "Target"},
    ]
    result = rig.ingest(columns=columns)
    assert [("Missing", "y", 1), ("Missing", "z", 1)] == failures_of(result)
    assert "target z is missing" in result["failures"][1]["message"]


def test_failures_speak_in_sentences() -> None:
    """What, why, what to do."""
    leak = Leak("paid", "y", 99, 100, "tells the target by its value alone", ((3, "1 → yes"),))
    (failure,) = leak_failures([leak], _NUMBERS)
    assert ("row 3: 1 → yes",) == failure.examples
    assert failure.message == (
        "column paid tells the target by its value alone for 99 of 100 sampled rows: a model would"
        " learn nothing else. Give it role Ignore if it is written after y is known; if it is"
        " really known before, set targetLeakage: Warn"
    )
    assert "check its path" in empty_failure({}).message
    assert [] == list(duplicate_failures(Checks(), Duplicates(5, ()), 10, _NUMBERS))
