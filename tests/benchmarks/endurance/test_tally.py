"""What was asked against what the server counted."""

from __future__ import annotations

import pytest

from benchmarks.endurance.questions import scrape
from benchmarks.endurance.tally import Tally

OK = b'trainyard_requests_total{revision="r",code="200"} %d\n'
FAILED = b'trainyard_requests_total{revision="r",code="500"} 1\n'
ROWS = b'trainyard_rows_total{revision="r"} 3\n'


@pytest.mark.parametrize(
    ("exposition", "aborted", "expected"),
    [
        pytest.param(OK % 1 + ROWS, 0, [], id="the same"),
        pytest.param(
            OK % 0 + ROWS, 0, ["status 200: the server counted 0, asked 1"], id="one less"
        ),
        pytest.param(
            OK % 2 + ROWS, 0, ["status 200: the server counted 2, asked 1"], id="one more"
        ),
        pytest.param(OK % 2 + ROWS, 1, [], id="one had left"),
        pytest.param(
            OK % 1 + FAILED + ROWS,
            0,
            ["status 500: the server counted 1, asked 0"],
            id="a failure nobody saw",
        ),
        pytest.param(OK % 1, 0, ["rows: the server counted -1, asked 3"], id="no rows"),
    ],
)
def test_counters_must_add_up(exposition: bytes, aborted: int, expected: list[str]) -> None:
    """One prediction of three rows was answered; one scrape is not counted."""
    tally = Tally(aborted=aborted)
    question = scrape()
    tally.right(question)
    question.counted, question.rows = True, 3
    tally.right(question)
    assert expected == tally.disagreement(exposition)


def test_all_faults_are_counted_and_some_are_told() -> None:
    """Twenty sentences of each kind are enough for a reader."""
    tally = Tally()
    for _ in range(25):
        tally.is_wrong(scrape(), b"HTTP/1.1 500 x", b"oh")
        tally.is_lost(scrape(), "connection ended")
    assert (25, 25) == (tally.wrong_count, tally.lost_count)
    told = ["scrape: 500, expected 200: b'oh'"] * 20 + ["scrape: connection ended"] * 20
    assert told == tally.faults(0)
    assert [*told, "the server ended with 137"] == tally.faults(137)
