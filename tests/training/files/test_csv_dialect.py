"""How CSV files are written."""

from __future__ import annotations

import pytest

from trainer.files.csv_dialect import Dialect, dialect_of


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param("a,b\n1,2\n", Dialect(), id="commas"),
        pytest.param("a;b\n1,5;2\n2,5;3\n", Dialect(";"), id="commas inside numbers"),
        pytest.param('"x, y";b\n1;2\n', Dialect(";"), id="a comma in a quoted name"),
        pytest.param("a\tb\n1,2\t3\n", Dialect("\t"), id="tabs"),
        pytest.param("a|b\r1|2\r", Dialect("|"), id="old line ends"),
        pytest.param("sep=;\na;b\n1;2\n", Dialect(";", skipped=6), id="as Excel is told"),
        pytest.param("\n,,\na,b\n1,2\n", Dialect(skipped=4), id="empty lines first"),
        pytest.param('a,b\n"say \\"hi\\"",2\n', Dialect(escape="\\"), id="as Spark escapes"),
        pytest.param('a,b\n"C:\\dir\\",2\n', Dialect(), id="a folder of Windows"),
        pytest.param("a\n1\n", Dialect(), id="one column"),
        pytest.param("", Dialect(), id="nothing"),
    ],
)
def test_the_first_lines_tell(start: str, expected: Dialect) -> None:
    """By their structure, not by the first mark."""
    assert expected == dialect_of(start.encode(), complete=True)


def test_what_is_declared_is_kept() -> None:
    """Even against the look of the lines."""
    assert "," == dialect_of(b"a;b\n1;2\n", complete=True, given=Dialect(",")).delimiter
