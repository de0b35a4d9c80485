"""Whether the first line of a CSV file names its columns."""

from __future__ import annotations

import pytest

from trainer.files.csv_dialect import Dialect
from trainer.files.csv_header import refuse_odd_header
from trainer.pod.exits import UserFault

ROWS = "1,2\n" * 20


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("a,b\n" + ROWS, id="as wide as all others"),
        pytest.param('"a, b",c\n' + ROWS, id="a separator within quotes"),
        pytest.param("a\n" + "1\n" * 20, id="one column"),
        pytest.param("a\n1,2\n3,4\n", id="too few lines to say"),
        pytest.param("a,b\n1\n2\n3,4,5\n" + ROWS, id="a few rows of other widths"),
        pytest.param("a,b\n" + "text, with commas\n1,2,3,4\n" * 20, id="rows of many widths"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_header_is_left_alone(start: str) -> None:
    """Rows that do not fit it are told one by one."""
    refuse_odd_header("t.csv", start.encode(), Dialect())


@pytest.mark.parametrize(
    ("start", "message"),
    [
        pytest.param("# of 2026\n" + ROWS, "'# of 2026'.* 1 cells, nearly all others have 2"),
        pytest.param("a\n" + ROWS, "1 cells, nearly all others have 2"),
        pytest.param("a,b,c\n" + ROWS, "3 cells, nearly all others have 2"),
    ],
)
def test_another_first_line_is_refused(start: str, message: str) -> None:
    """Before thousands of rows are called unreadable."""
    with pytest.raises(UserFault, match=message):
        refuse_odd_header("t.csv", start.encode(), Dialect())
