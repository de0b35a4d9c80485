"""What differs from the version before, through whole ingests."""

from __future__ import annotations

from typing import Any

import pytest
from ingests import COLUMNS, Rig, csv_of, failures_of, plain_rows

ROWS = plain_rows(400)
WITH_ID = [{"key": f"k{number:04}", **row} for number, row in enumerate(ROWS)]
ID_COLUMNS = [{"name": "key", "type": "String", "role": "Id"}, *COLUMNS]


def _second(
    rig: Rig, first: list[dict[str, Any]], then: list[dict[str, Any]], **changes: Any
) -> dict[str, Any]:
    """The result of a second ingest that is compared with the first."""
    rig.put("data.csv", csv_of(first))
    columns = {"columns": changes.pop("columns", None)}
    before = rig.ingest(**columns)["digest"]
    rig.put("data.csv", csv_of(then))
    return rig.ingest(previous=before, **columns, **changes)


def _checks(**bounds: Any) -> dict[str, Any]:
    return {"checks": {"targetLeakage": "Ignore", "againstPrevious": bounds}}


def test_rows_that_came_went_and_changed_are_counted(rig: Rig) -> None:
    """A changed row is known by its id; a version that is the same says nothing."""
    then = [{**WITH_ID[0], "n": 99}, *WITH_ID[1:390], {**ROWS[3], "key": "new"}]
    found = _second(rig, WITH_ID, then, columns=ID_COLUMNS)
    difference = found["difference"]
    assert (1, 10, 1) == tuple(difference[f"rows{w}"] for w in ("Added", "Removed", "Changed"))
    assert (400, 0, []) == (
        difference["previousRows"],
        difference["driftedColumns"],
        difference["drifts"],
    )
    again = rig.ingest(previous=found["digest"], columns=ID_COLUMNS)
    assert "difference" not in again


def test_the_same_rows_in_another_order_are_the_same_version(rig: Rig) -> None:
    """Nobody's export has an order by accident: the digest knows none, nor does the difference."""
    rig.put("data.csv", csv_of(ROWS))
    before = rig.ingest()["digest"]
    rig.put("data.csv", csv_of(ROWS[::-1]))
    after = rig.ingest(previous=before)
    assert (before, None) == (after["digest"], after.get("difference"))


def test_rows_that_were_lost_are_refused_beyond_the_bound(rig: Rig) -> None:
    """By their number, or by their ids where columns have that role."""
    found = _second(rig, ROWS, ROWS[:300], **_checks(maxRowsLostPercent=20))
    assert [("RowsLost", None, 100)] == failures_of(found)
    (failure,) = found["failures"]
    assert "100 of 400 rows (25 %) are gone, allowed are 20 %" in failure["message"]
    assert 100 == found["difference"]["rowsRemoved"]


def test_lost_ids_count_although_as_many_rows_came(rig: Rig) -> None:
    """Another day's file in place of the whole table."""
    then = [{**row, "key": f"x{number}"} for number, row in enumerate(ROWS)]
    found = _second(rig, WITH_ID, then, columns=ID_COLUMNS, **_checks(maxRowsLostPercent="50"))
    assert [("RowsLost", None, 400)] == failures_of(found)


def test_columns_that_drifted_are_named_with_what_moved(rig: Rig) -> None:
    """The refusal says which columns, how far, and in which values."""
    then = [{**row, "n": 50, "site": "left"} for row in ROWS]
    found = _second(rig, ROWS, then, **_checks(maxDriftedColumns=1))
    (failure,) = found["failures"]
    assert ("ColumnsDrifted", 400) == (failure["check"], failure["count"])
    assert failure["message"].startswith("2 columns drifted against version ")
    assert any(example.startswith("n 11 and above: ") for example in failure["examples"])
    assert {"n", "site"} == {drift["column"] for drift in found["difference"]["drifts"]}


def test_what_is_not_refused_is_told(rig: Rig) -> None:
    """Without bounds drifted columns are in the record all the same."""
    found = _second(rig, ROWS, [{**row, "n": 50} for row in ROWS])
    assert ("Accepted", 1) == (found["outcome"], found["difference"]["driftedColumns"])


def test_columns_that_came_and_went_are_named(rig: Rig) -> None:
    """Rows of other columns cannot be compared."""
    rig.put("data.csv", csv_of(ROWS))
    before = rig.ingest()["digest"]
    rig.put("data.csv", csv_of([{"a": r["a"], "m": r["n"], "site": 7, "y": r["y"]} for r in ROWS]))
    difference = rig.ingest(previous=before)["difference"]
    assert (["m"], ["n"], ["site"], None) == (
        difference["columnsAdded"],
        difference["columnsRemoved"],
        difference["columnsRetyped"],
        difference["rowsAdded"],
    )


def test_a_version_that_is_gone_from_the_store_is_told(rig: Rig) -> None:
    """Nothing can be compared, and that refuses nothing."""
    rig.put("data.csv", csv_of(ROWS))
    found = rig.ingest(previous=f"sha256:{'0' * 64}", **_checks(maxRowsLostPercent=0))
    assert "Accepted" == found["outcome"]
    assert found["warnings"][0].startswith("nothing is compared with the version before: the store")


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ"])
def test_times_flags_and_holes_are_the_same_rows_when_read_back(rig: Rig, form: str) -> None:
    """What is stored as parquet has the keys that it had when it came."""
    rows = [
        {
            **row,
            "t": f"2026-01-{number % 28 + 1:02}T00:00:00Z",
            "f": ("true", "false", None)[number % 3],
        }
        for number, row in enumerate(ROWS)
    ]
    columns = [
        *COLUMNS,
        {"name": "t", "type": "Timestamp", "role": "Time"},
        {"name": "f", "type": "Boolean"},
    ]
    difference = _second(rig, rows, rows[:399], columns=columns)["difference"]
    assert (0, 1, None) == tuple(difference[f"rows{w}"] for w in ("Added", "Removed", "Changed"))
