"""How bad data is counted and shown."""

from __future__ import annotations

import pyarrow as pa
import pytest

from trainer.files.row_numbers import FileRows, RowNumbers
from trainer.rows.findings import Check, Failure, Tally, by_importance, share, shown


def test_a_tally_counts_all_and_shows_three() -> None:
    """Across batches, by row number."""
    tally = Tally()
    tally.add(pa.array([False, True, None, True]), pa.array([1, -2, None, -4]), 1)
    tally.add(pa.array([True, True]), pa.array([-5, -6]), 5)
    assert 4 == tally.count
    assert ("row 2: -2", "row 4: -4", "row 5: -5") == tally.examples(
        RowNumbers((FileRows("a.csv", 0),))
    )


def test_times_beyond_the_calendar_are_shown_too() -> None:
    """Some file has them."""
    tally = Tally()
    tally.add(pa.array([True]), pa.array([2**60], pa.timestamp("us", "UTC")), 1)
    assert [(1, f"{2**60} us since 1970")] == tally.found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(None, "missing", id="nothing"),
        pytest.param(b"caf\xe9", "caf\\xe9", id="bytes that are no text"),
        pytest.param("a\nb\x1b[31m", "a\\nb\\x1b[31m", id="marks that would break a terminal"),
        pytest.param("x" * 100, "x" * 59 + "…", id="a long text"),
        pytest.param(-3.2, "-3.2", id="a number"),
    ],
)
def test_values_fit_on_a_line(value: object, expected: str) -> None:
    """Whatever somebody wrote into the data."""
    assert expected == shown(value)


def test_the_most_telling_failure_comes_first() -> None:
    """In the order of the checks, then by count; columns may be absent."""
    found = [
        Failure(check, column, count, 10, (), "")
        for check, column, count in (
            (Check.MIN_ROWS, None, 10),
            (Check.RANGE, "b", 1),
            (Check.RANGE, "a", 5),
            (Check.DUPLICATES, None, 3),
            (Check.COLUMN_MISSING, "c", 10),
            (Check.DUPLICATES, "x", 3),
        )
    ]
    assert ["c", "a", "b", None, "x", None] == [f.column for f in by_importance(found)]


def test_shares_are_read_easily() -> None:
    """Count, rows, percent."""
    assert "12 of 569 rows (2.1 %)" == share(12, 569)
    assert "0 of 0 rows (0 %)" == share(0, 0)
    assert "19990 of 20000 rows (100 %)" == share(19990, 20000)
