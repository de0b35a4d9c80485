"""Which times are told of: days that mean none, and days that have not come yet."""

from __future__ import annotations

import pytest
from ingests import Rig, csv_of, plain_rows

_FAR = "column at holds {}, far from all other times"
_AHEAD = "column at holds times after today, up to {}"


def _told(rig: Rig, cells: list[str]) -> list[str]:
    rows = plain_rows(len(cells))
    rig.put("t.csv", csv_of([{**row, "at": at} for row, at in zip(rows, cells, strict=True)]))
    notes: list[str] = rig.ingest(checks={"splitLeakage": "Ignore"})["warnings"]
    return [note for note in notes if " at " in note]


@pytest.mark.parametrize(
    "day",
    ["0001-01-01", "1899-12-30", "1900-01-01", "1970-01-01", "2099-12-31", "9999-12-31"],
)
@pytest.mark.parametrize("clock", ["", "T00:00:00Z"])
def test_a_day_that_often_means_no_time_is_told(rig: Rig, day: str, clock: str) -> None:
    """Where all other times are far away; it is read as it stands."""
    cells = [
        f"{day}{clock}" if n % 7 == 0 else f"2025-01-{n % 28 + 1:02}{clock}" for n in range(60)
    ]
    (note,) = _told(rig, cells)
    assert note.startswith(_FAR.format(day))
    assert "csv.nullValues" in note


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        pytest.param([f"19{n + 30}-03-01" for n in range(60)] + ["1970-01-01"], [], id="births"),
        pytest.param(["1970-01-01", "1970-01-02"] * 30, [], id="the first days of 1970"),
        pytest.param([f"1900-01-{n % 28 + 1:02}" for n in range(60)], [], id="old data"),
        pytest.param(
            ["1900-01-01", "9999-12-31", "2025-03-01"] * 20,
            [_FAR.format("1900-01-01"), _FAR.format("9999-12-31")],
            id="both ends",
        ),
        pytest.param(["2999-01-01", "2025-03-01"] * 30, [_AHEAD.format("2999-01-01")], id="ahead"),
        pytest.param(["9999-12-31"] * 60, [_AHEAD.format("9999-12-31")], id="nothing else"),
    ],
)
def test_what_lies_near_others_or_ahead(rig: Rig, cells: list[str], told: list[str]) -> None:
    """A time of a row that has not come yet is told otherwise."""
    notes = _told(rig, cells)
    assert len(told) == len(notes), notes
    assert all(note.startswith(words) for note, words in zip(notes, told, strict=True))
